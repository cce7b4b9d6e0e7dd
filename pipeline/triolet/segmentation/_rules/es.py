"""Spanish."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="es",
    inner="""
        pcte mtro mtra
        sr sra srta sres sras dr dra dres D dña dn lic ing arq prof profa gral cnel cap tte sgto alte almte excmo excma ilmo
        ilma ee rr jj ff cc aa. mons sto sta fr hno hna hnos mr mrs ms st mt lcdo lcda ldo
        p.ej ej vs cf i.e e.g aprox incl máx mín
        avda av cta pza ctra c dpto
    """,
    numbered="""
        no nº n núm núms pág págs p pp art arts cap caps vol vols fig figs t tel tfno inc sec ed ext
        ene feb mar abr jun jul ago sep sept set oct nov dic lun mié jue vie sáb dom
    """,
    weak="etc hab km kg cm mm min seg hs hrs ptas pts uds ud vd vds atte s.a s.l s.r.l s.a.c ss sig sigs jr inc corp co ltd cía q.e.p.d",
    named="ee.uu uu jj.oo hh oo u.s u.k e.u ee.uu.a a.m p.m a.c d.c j.c a.c. s.s n.y ff.aa rr.hh cc.aa",
    words="""
        a aero ambi an ante anti auto bi bien bis com con contra de des di dis en entre epi ex extra geo i im in inter iso macro
        mega micro mini mono multi neo para pen poli pos post pre pro re retro semi sobre sub super tras tri ultra un uni vice
        da dar s fil let gr imp cm. may mt. dep fra prev seg reg
    """,
    starters="""
        El La Los Las Lo Un Una Unos Unas Este Esta Estos Estas Ese Esa Esos Esas Aquel Aquella Esto Eso Él Ella Ellos Ellas
        Yo Tú Usted Ustedes Nosotros Mi Mis Tu Tus Su Sus Nuestro Nuestra Y E O U Pero Sino Ni Que Qué Quién Quien Cuando
        Cuándo Donde Dónde Como Cómo Cuál Cuánto Por Para Con Sin Sobre Bajo En Entre Desde Hasta Hacia Según Tras Durante
        Mediante Contra De Del A Al Ante Si Sí No Ya Hoy Ayer Mañana Ahora Luego Después Antes Entonces Así Además También
        Tampoco Sin Aunque Porque Pues Mientras Todo Toda Todos Todas Muchos Muchas Otro Otra Otros Otras Algunos Algunas
        Cada Ningún Ninguna Nadie Nada Alguien Algo Solo Sólo Aquí Allí Hay Es Son Fue Era Fueron Está Están Ha Han Se Le Les
        Me Te Nos Muy Más Menos Posteriormente Actualmente Finalmente
    """,
    lettered="vitamina vitaminas plan opción tipo clase grupo hepatitis anexo parte sección punto paso",
    exclaimed="Yahoo",
    conjunctions=(
        "y",
        "e",
        "o",
        "pero",
        "sino",
        "porque",
        "que",
        "cuando",
        "aunque",
        "mientras",
        "donde",
        "si",
        "como",
    ),
)
