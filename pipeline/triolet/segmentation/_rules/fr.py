"""French."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="fr",
    inner="""
        sté éts bd bld boul faub fbg rte résid bât cass civ crim soc com req mlle jl
        M mm mr mlle mlles mme mmes dr drs pr prof me mes mgr st ste sts stes gal col cdt cap lt sgt adj brig
        p.ex ex cf c.-à-d c.à.d i.e e.g vs env ca av apr dir réd trad coll
    """,
    numbered="""
        lun jeu ven sam dim crim civ
        n no nos p pp art arts chap ch bât bat esc fig figs tabl vol t sect al par § réf éd tél tab pl ann
        janv févr avr juil juill sept oct nov déc
    """,
    weak="mar mer rdv etc sq sqq suiv hab min sec max av ltd inc corp cie st. jr sr univ dépt dép",
    named="u.s u.k u.s.a s.a s.a.r.l s.n.c.f j.-c a.m p.m r.a.t.p o.n.u",
    words="""
        sup sec inf sing ex. al id ms fr av contr auj
    """,
    starters="""
        Le La Les L' Un Une Des Du De D' Ce Cet Cette Ces C' Il Elle Ils Elles On Nous Vous Je J' Tu Mon Ma Mes Son Sa Ses
        Notre Nos Votre Vos Leur Leurs Et Ou Mais Donc Or Car Ni Si Que Qui Quand Quoi Où Comment Pourquoi Quel Quelle Quels
        Quelles Dans En Sur Sous Avec Sans Pour Par Chez Vers À Au Aux Après Avant Depuis Pendant Durant Lors Lorsque Puis
        Ensuite Enfin Alors Ainsi Aussi Cependant Toutefois Pourtant Néanmoins Selon Comme Malgré Entre Contre Dès Afin
        Tout Toute Tous Toutes Plusieurs Certains Certaines Chaque Aucun Aucune Autre Autres Ici Là Voici Voilà Non Oui
        Ne N' Qu' S' Très Plus Moins Peu Beaucoup Aujourd'hui Hier Demain Parmi Cela Ça
    """,
    lettered="bâtiment escalier bloc vitamine vitamines plan option type classe groupe hépatite annexe partie section point étape",
    exclaimed="Yahoo",
    conjunctions=("et", "ou", "mais", "donc", "car", "parce", "que", "qui", "quand", "lorsque", "si", "puis", "alors"),
)
