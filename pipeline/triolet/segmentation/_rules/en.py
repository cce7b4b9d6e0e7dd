"""English."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="en",
    inner="""
        Ft Civ Crim Evid Cir Hon Rte ct.app
        mr mrs ms mx dr prof rev fr p.s gen lt col maj capt cmdr sgt cpl pvt brig adm adml gov sen sens rep reps supt hon messrs
        mssrs mme mlle msgr mgr ste ven insp det pres atty attys amb assoc asst mt
        e.g i.e eg ie vs v cf viz al approx incl excl esp aka a.k.a c ca circa resp
        lt.col lt.gen maj.gen brig.gen r.adm v.adm rt.hon
    """,
    numbered="""
        no nos nr p pp para paras art arts sec secs ch chap chaps vol vols fig figs eq eqs eqn tab ed eds app appx ex exs ver v
        pt pts pl op opp ref refs cl sect jan feb mar apr jun jul aug sep sept oct nov dec ext rm bldg apt ste
    """,
    weak="""
        tab caps susp supp inj
        etc et.al al. hrs hr mins min secs sec lbs lb oz yd yds mi in tbsp tsp qt gal pt mph kg km cm mm bn mn
        tel fax dept est temp max avg misc univ
        sat sun deg b.i.d t.i.d q.i.d q.d p.r.n p.o i.v i.m
        bros ph.d phd m.d d.d.s b.a b.s b.sc m.a m.s m.sc m.b.a ll.b ll.m d.phil esq
    """,
    named="""
        Fed Supp Stat Rptr Cal Bankr Const Reg Adm Com Proc
        u.s u.k u.n e.u u.s.a u.a.e u.s.s.r d.c l.a n.y n.j n.z p.r.c r.o.c u.s.c u.s.n u.s.m.c
        a.m p.m am. pm. a.d b.c b.c.e c.e st
        inc corp co cos ltd llc l.l.c plc jr sr bros assn
        ave blvd rd ln hwy pkwy sq pl cres ct dist fwy expy
        calif fla ariz ark colo conn del ill ind kan ky mass md mich minn miss mo mont neb nev okla ore penn tenn tex va vt
        wash wis wyo wisc ont que sask alta n.h n.m n.d n.c s.d s.c w.va r.i b.c
    """,
    timed="mon tue tues wed thu thur thurs fri Sat Sun",
    words="""
        is may man me ok ill mass miss con del mo ind ref res pa la ga ut va wash mex med cal arc ken ala fed rs que ext
        tex mont ore penn bart fy sat sun wed mar am pm hon app ed in ten tab gal mi eg yuk cd tv pc dvd no art sun cd hmm shh pst tv nth
    """,
    times="Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun January February March April May June July August September October November December Eastern Central Mountain Pacific Atlantic Greenwich Moscow Tokyo time Time Standard Daylight",
    starters="""
        A An The This That These Those There Then They Their Them It Its He His She Her We Our You Your I I'm I've I'll I'd
        It's He's She's We're You're They're That's There's What's Who's Let's Here's Don't Didn't Doesn't
        If In On At By For From To With Without Of As And But Or So Yet Nor Not No Yes Now Once Only Both All Any Each Every
        Some Most Many More Much Few Several Another Other Such Today Tomorrow Yesterday Also After Before Although Because
        Since While When Where Why Who What Which How However Moreover Furthermore Meanwhile Instead Otherwise Therefore Thus
        Hence Here Are Is Was Were Do Does Did Can Could Will Would Should May Might Must Have Has Had Please Let Just Still
        Even Perhaps Maybe During Despite Until Unless Under Over Between Through Next Finally First Second Third Last Later
        Soon Although Though Whether Everyone Everything Nobody Nothing Somebody Someone Something Sometimes Often Usually
        Being Having Given See Note Try Use Ask Go Get Make My Mine Never Always Again
        Well Oh Okay Thanks Thank Sorry Sure
    """,
    lettered="""
        vitamin vitamins plan option type class grade group hepatitis appendix part section exhibit team step point answer
        schedule table figure category version factor level case lane gate row block building box phase stage variant
    """,
    exclaimed="Yahoo Jeopardy Oklahoma Hooray Panic Airplane Wham E Yum",
    saying="""
        said says asked asks replied answered whispered shouted cried yelled exclaimed added continued explained muttered
        murmured called demanded inquired wondered insisted suggested thought sighed groaned screamed snapped agreed
        admitted announced begged offered repeated responded returned told wrote
    """,
    conjunctions=(
        "and",
        "but",
        "or",
        "because",
        "so",
        "which",
        "while",
        "although",
        "though",
        "when",
        "where",
        "if",
        "that",
    ),
)
