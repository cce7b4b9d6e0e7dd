"""Portuguese. pysbd has no list of it: this one is whole."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="pt",
    inner="""
        pac
        sr sra srs sras srta dr dra drs dras D dom prof profa profs eng engª arq adv pe fr st sto sta gen cel cap ten sgt alm
        maj brig exmo exma ilmo ilma mons rev pres dep sen gov min. mr mrs ms
        p.ex ex vs cf i.e e.g aprox ca obs incl máx mín
        av r al pça rod est trav
    """,
    numbered="""
        no nº n nos núm pág págs pag p pp art arts cap caps vol vols fig figs tab t tel bl par ramal inc sec sécs séc seç ed
        jan fev mar abr mai jun jul ago set out nov dez
    """,
    weak="""
        etc km kg cm mm min seg ter qua qui sex sáb h hs hrs s.a s/a inc corp co ltd jr jrs fl fls proc v.exa v.sa vossa
        sécs adm apto bl bibl cód coord déb dir doc dpto emb end esp fem gab hab ind inst lat long masc mod mun obs. org
        pal pgto pref proj prov qtd qtde rel rem repart seg. sing soc supl suprem trad univ vl
        ap apart cx dec lic reg res resp sup
    """,
    named="cia Cia ltda Ltda e.u.a eua u.s u.k a.m p.m a.c d.c j.c s.paulo n.y",
    words="min seg est ex dom mar set out al r inc sec ten gen org mod end rem esp dir sup ind res soc",
    starters="""
        O A Os As Um Uma Uns Umas Este Esta Estes Estas Esse Essa Esses Essas Aquele Aquela Isto Isso Aquilo Ele Ela Eles Elas
        Eu Tu Você Vocês Nós Meu Minha Seu Sua Seus Suas Nosso Nossa E Ou Mas Porém Contudo Todavia Entretanto Nem Que Quem
        Quando Onde Como Qual Quais Quanto Por Para Com Sem Sobre Sob Em No Na Nos Nas Num Numa Entre Desde Até Segundo Após
        Durante Contra De Do Da Dos Das Ao À Aos Às Pelo Pela Pelos Pelas Se Sim Não Já Hoje Ontem Amanhã Agora Depois Antes
        Então Assim Além Também Embora Porque Pois Enquanto Todo Toda Todos Todas Muitos Muitas Outro Outra Outros Outras
        Alguns Algumas Cada Nenhum Nenhuma Ninguém Nada Alguém Algo Só Aqui Ali Há É São Foi Era Eram Foram Está Estão Tem
        Têm Muito Mais Menos Atualmente Finalmente Posteriormente Mesmo Apesar Ainda Caso Neste Nesta Nesse Nessa
    """,
    lettered="vitamina vitaminas plano opção tipo classe grupo hepatite anexo parte seção ponto passo",
    exclaimed="Yahoo",
    conjunctions=("e", "ou", "mas", "porque", "que", "quando", "embora", "enquanto", "onde", "se", "como", "pois"),
)
