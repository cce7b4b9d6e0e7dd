"""German."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="de",
    inner="""
        dr prof hr hrn fr frl st mr mrs ms dipl mag ing med jur phil rer nat habil hc h.c dr.med dr.phil dr.jur univ gebr geb
        z.b z.t z.zt d.h d.i u.a u.ä. o.a s.o s.u i.d.r i.a i.e.s i.d.s i.s.v i.s.d i.v.m i.h.v i.v bzw ca vgl sog sogen bspw
        beispielsw evtl ggf ggfs inkl exkl zzgl abzgl ungef insb insbes einschl ausschl
        bzgl betr lt gem gemäß gen vs v van o zw entspr vorm ehem allg versch jew urspr eig eigtl
        präs vors stellv wiss kath ev evang röm griech lat engl franz dt amerik mult urt beschl az abl bgbl verf. österr schweiz poln russ ital span
        aufl hrsg hg übers bearb verf red abb tab kap bd bde anm
        u.u z.hd z.hdn m.e m.w m.a.w u.z o.g o.ä. u.v.a
        mio mrd tsd mind höchst bj tägl wöchentl monatl jährl
    """,
    numbered="""
        nr nrn no art abs s p pp seite bd abb tab kap ziff rn rdnr rz § anm aufl jg h jh jhdt fn zl
        jan feb mrz apr jun jul aug sep sept okt nov dez tel fax ver
    """,
    weak="tgl tbl kps amp supp tr inj ret ",
    named="""
        usw etc usf u.s.w ff f u.ä o.ä u.v.m u.a.m u.dgl dgl dergl n.chr v.chr n.u.z v.u.z
        std min max sek stck stk mwst ust plz
        str pl allee inc co corp ltd jr sen jun u.s d.c e.v
        mo di mi fr sa So wo gr ii iii iv vi vii viii ix xi xii xiii xiv xv xvi xvii xviii xix xx xxi
    """,
    words="""
        a ab an am auf aus bei bis da so um zu zum zur im in ist er es sie wir ihr ich du hat war wo wie was wer tut gut
        kg km cm mm mg ml kw kwh mhz ghz gb mb tb ag gmbh di con sa mo do mi rep ord res op
    """,
    starters="""
        Der Die Das Den Dem Des Ein Eine Einen Einem Einer Eines Dieser Diese Dieses Diesen Diesem Jener Jene Jenes
        Er Sie Es Wir Ihr Ich Du Man Mein Meine Dein Deine Sein Seine Ihre Ihren Ihrem Ihrer Unser Unsere Euer
        Und Oder Aber Denn Doch Sondern Auch Noch Nur Nicht Kein Keine Keiner Schon Sehr So Da Dann Danach Dort Hier Heute
        Gestern Morgen Jetzt Nun Damals Später Zuerst Zunächst Schließlich Endlich Allerdings Jedoch Deshalb Daher Darum
        Deswegen Dennoch Trotzdem Außerdem Zudem Dabei Dafür Dagegen Damit Daran Darauf Daraus Darin Darüber Davon Dazu
        Wenn Weil Als Ob Dass Während Nachdem Bevor Obwohl Wer Was Wo Wie Wann Warum Wieso Welche Welcher Welches Wohin
        In Im An Am Auf Aus Bei Beim Mit Nach Seit Von Vom Vor Zu Zum Zur Für Durch Gegen Ohne Um Unter Über Zwischen Bis
        Trotz Wegen Statt Neben Hinter Ist Sind War Waren Hat Haben Hatte Hatten Wird Werden Wurde Wurden Kann Können Konnte
        Muss Müssen Soll Sollen Will Wollen Darf Dürfen Bitte Ja Nein Danke Alle Alles Andere Anders Beide Einige Etwas
        Jeder Jede Jedes Manche Mehr Meist Mehrere Nichts Niemand Jemand Viele Viel Vielleicht Solche Insgesamt Ebenfalls
        Ebenso Bereits Immer Oft Manchmal Leider Natürlich Sogar Somit Sonst Wieder Weiter Weitere Weiterhin Zwar
        Super Toll Prima Klar Gut Genau Okay Ok Na Ach Oh Wow Hallo Ihm Ihn Ihnen Mir Mich Dir Dich Uns Euch Sich Ursprünglich Anschließend Inzwischen Obgleich Laut Neue
    """,
    months="""
        Januar Jänner Februar Feber März April Mai Juni Juli August September Oktober November Dezember
        Jahrhundert Jahrhunderts Jahrtausend Jan Feb Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez Jh Jhd
    """,
    lettered="vitamin plan option typ klasse gruppe hepatitis anhang teil abschnitt punkt schritt variante kategorie",
    reversed_quotes=True,
    exclaimed="Yahoo",
    conjunctions=("und", "oder", "aber", "sondern", "denn", "weil", "dass", "wenn", "als", "ob", "während", "obwohl"),
    suffixes=("str", "nr"),
    ordinals=True,
    capital_nouns=True,
)
