"""Italian."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="it",
    inner="""
        paz
        sig sigg sig.ra sig.na sigg.ri dr dott dott.ssa dottssa prof prof.ssa proff avv ing arch geom rag on sen gen col cap ten
        magg serg mar. brig mons don padre s ss st mr mrs ms egr spett gent gent.mo gent.ma ill.mo
        p.es ad.es es per.es cfr cf vs i.e e.g ca all cd c.d cosidd
        v.le p.za p.zza c.so l.go v.cte f.lli
    """,
    numbered="""
        n no nn nr num pag pagg p pp art artt cap capp vol voll fig figg tab lett co. par tel sez cod sc bin int ed
        gen. feb apr mag. giu lug ago set. ott nov dic lun mar mer gio ven sab
    """,
    weak="ecc etc s.p.a s.r.l spa srl s.n.c s.a.s inc corp co ltd jr sr km kg cm mm min sec h idraul meteor sett  ss.mm.ii segg seg tel",
    named="u.s u.k u.s.a a.c d.c a.m p.m cass civ pen trib app cost d.p.r d.lgs d.l l.r dir amm psicol fatt corr ogg racc ric rif pref proc rep soc stud tess univ u.e o.n.u",
    words="",
    starters="""
        Il Lo La I Gli Le L' Un Uno Una Un' Questo Questa Questi Queste Quello Quella Quelli Quelle Egli Ella Lui Lei Loro Noi
        Voi Io Tu Mio Mia Suo Sua Suoi Sue Nostro Nostra E Ed O Ma Però Né Che Chi Quando Dove Come Quale Quali Quanto Perché
        Per Con Senza Su Sul Sulla Sotto In Nel Nella Nei Nelle Negli Tra Fra Da Dal Dalla Dai Dalle Di Del Della Dei Delle
        Degli A Al Alla Ai Alle Agli Verso Dopo Prima Durante Secondo Contro Se Sì Non No Già Oggi Ieri Domani Ora Adesso Poi
        Allora Così Inoltre Anche Tuttavia Quindi Dunque Infatti Mentre Sebbene Benché Poiché Tutto Tutta Tutti Tutte Molti
        Molte Altro Altra Altri Altre Alcuni Alcune Ogni Nessuno Nessuna Niente Nulla Qualcuno Qualcosa Solo Qui Qua Lì Là
        C'è È Sono Fu Era Erano Furono Ha Hai Hanno Ho Si Mi Ti Ci Vi Ne Più Meno Molto Attualmente Infine Successivamente
    """,
    lettered="vitamina vitamine piano opzione tipo classe gruppo epatite allegato parte sezione punto passo",
    exclaimed="Yahoo",
    conjunctions=("e", "ed", "o", "ma", "perché", "che", "quando", "mentre", "dove", "se", "come", "però", "quindi"),
)
