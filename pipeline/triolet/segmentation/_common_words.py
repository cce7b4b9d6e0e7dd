"""Words and letters by which `_auto` tells the languages in Latin script apart.

A list is text with white space between its words. A word that several languages have stands in each of their lists: its vote is
shared.
"""

from __future__ import annotations

STRONG = {
    "en": """
        the of and to is that it was for with are this have they from what your which would could should there their about
        when how does did don't it's that's i'm you're we're let's here's can't isn't i'll you'll i've yes hello thanks thank
        sorry please because these those where been will were has had just like know need want get make than then them some
        into only other also after before while through between if by at we she her his my our an as
        a in i me us no on be but or so out up down two one first last good very much many never here come again made say said each any most more less well too own all who may might must shall go
        visit open press click choose use add wait tell welcome problem first week year month name number book
        water house city country world time question answer many while few several possible sure okay great
        today tomorrow now again right see back going got getting really actually maybe something anything
        nothing everything someone people way thing things day days hours minutes work works help find try
        keep let does doing done isn't doesn't won't couldn't really
    """,
    "de": """
        der das und ist nicht ein eine einen einem einer eines mit zu auf für ich sie dem auch es oder wir werden kann
        wird sind haben hat du ihr wie wenn aber nur noch nach bei aus um im zum zur sich dass wurde diese dieser dieses
        können möchten bitte danke hallo ja nein guten gut heute morgen sehr gern gerne hier dann weil wo warum wer wann
        bin bist seid habe ihre ihnen mich mir dich dir uns man kein keine mehr schon immer etwas alles vom beim über unter
        muss soll würde gibt geht macht tut leider natürlich kommt jetzt uhr gute schön
        war waren er ob als da so in an am den vor seit sei dort dies alle viel viele beim wären hätte hätten lass mal doch denn damit jeder jede jedes sein seine seinen ihren ihrem zwei drei neue neuen bis ohne gegen wurden also welche welcher ganz bisher
        besuchen besuche öffnen öffne drücken drücke wählen wähle klicken klicke nehmen nimm versuchen
        versuche warten warte sagen sage willkommen problem zuerst erste erster erstes letzte letzter woche
        jahr monat name nummer buch wasser haus stadt land welt zeit frage antwort wieviel wie viele während
        wenige wenig mehrere möglich musst müssen darf dürfen weiß weißt sehen glaube stellen gehen kommen
        brauche brauchen gleich bald außerdem auch vielleicht gerade selbst eigentlich einfach richtig genau
        sofort nie oft manchmal nichts niemand jemand
    """,
    "fr": """
        le les est des et une dans pour pas vous il au du sur avec ce sont plus qui nous être cette ou mais je elle ils elles
        ne que c'est j'ai n'est d'un d'une qu'il l'on s'il aux ces cet mon ma mes ton ta tes leur leurs votre notre vos nos
        bonjour merci oui non bonsoir salut très bien aussi où quand comment pourquoi quel quelle quels quelles parce donc
        alors avez avons ont suis était sera peut peux pouvez voici voilà fait faire aujourd'hui demain comme chez sans
        beaucoup toujours encore tout tous toute toutes rien quelque chose y a-t-il est-ce peut-être s'appelle j'aime
        heures plaît désolé désolée après avant deux trois
        la en de à un a mal ça m'a si se me te lui eux moi toi leurs deux fois petit grand bon bonne même autre comment on va
        visitez ouvrez appuyez cliquez allez prenez essayez ajoutez utilisez choisissez regardez attendez
        dites maintenant bientôt d'accord problème merci bienvenue heure jour semaine année mois nombre nom
        livre eau maison ville pays monde temps question réponse première dernier dernière combien environ
        pendant depuis entre vers dès afin ainsi cela celui celle ceux vraiment simplement souvent parfois
        jamais presque assez trop moins peu plusieurs chaque possible devez faut veux voulez vais vas allons
        sais savez dire voir croire mettre prendre
    """,
    "es": """
        el los las es y del con por más como pero su sus está muy este esta son hay usted también yo qué ser una que
        en se lo al para un no si sí hola gracias buenos buenas días tardes noches dónde cuándo cómo cuál quién cuánto
        porque donde cuando tengo tiene tienes puedo puede puedes quiero quiere hace hacer eso esto ese esa aquí ahora hoy
        mañana nada algo todo todos bien bueno claro perdón siento mi te me le les nos estoy estás están estamos soy eres somos
        fue era muchas mucho gusta entonces después siempre nunca solo sólo ya ni desde hasta sobre entre otro otra cada
        años ciudad aunque según favor usted ustedes vamos
        la de a o u e un está he ha han más qué sea sería hubo les les tres dos buen buena gran luego todavía ella ellos ellas nosotros hasta cual mal noche día señor señora otros unos unas vez veces debe deben
        visita abre abra pulsa pulse haz haga prueba elige usa usa añade espera dime dígame vale gracias
        bienvenido problema primero primera último última hora semana año mes nombre número libro agua casa
        país mundo tiempo pregunta respuesta cuánta cuántos cuántas dónde mientras durante menos poco pocos
        mucho varios varias cada posible debes hay que sé sabe sabes decir ver creo poner ir voy vas viene
        quieren necesito necesita necesitas puedes podemos ahora mismo luego pronto además también tampoco
        quizás vez misma mismo así
    """,
    "pt": """
        os as não do da em um uma com é mais dos das ao ou seu sua são você também muito isso pode ser está o e
        que para por se mas como eu ele ela nós eles elas meu minha seus suas na no nas nos pelo pela olá obrigado obrigada
        oi sim bom boa dia tarde noite onde quando qual quem quanto porque aqui agora hoje amanhã tudo bem fazer tem tenho
        temos quero posso podemos estou estamos estão foi era até já só sem depois antes sempre nunca ainda então vou vai
        gosto mesmo cada outro outra desculpe favor à às num numa há esse essa este esta me te lhe vocês quer preciso
        anos cidade muita muitos gostaria chama
        de a um é nada mais sobre toda todas todos fica ficou dois duas três vez vezes nossa nosso deve aos mal saiba sem além disso lá isto quais nem
        visite abra clique pressione escolha use adicione espere diga valeu bem-vindo problema primeiro
        primeira último última hora semana ano mês nome número livro água casa país mundo tempo pergunta
        resposta quantos quantas enquanto durante menos pouco poucos muito vários várias cada possível sei
        sabe dizer ver acho pôr ir vem querem precisa precisamos logo breve além tampouco talvez mesma assim
        aquele aquela nesse nessa neste nesta deste desta dele dela deles
    """,
    "it": """
        il di che è non gli della per una sono con del nel più anche questo questa ma come dei alla lo puoi essere i le la
        un uno si ho hai ha abbiamo hanno ciao grazie buongiorno buonasera sì dove quando perché chi cosa quale quanto
        qui oggi domani ieri ora adesso molto bene tutto tutti niente qualcosa posso può vuoi voglio sei siamo siete era
        mi ti ci vi se e o al dal sul nella dalla sulla delle degli alle agli dell'ora c'è cos'è l'ho fare fatto prego
        scusa scusi già ancora sempre mai poi dopo prima senza fra tra ogni altro altra suo sua mio mia tuo tua loro noi
        allora però quindi piacere piace va vado
        ore anni città così signore due tre
        a in da e lei voi lui essi un' dell' nell' all' si' verso senza hanno stato stati ne questi queste quel quella quelli cui molti molte alcuni due più meno bene male vorrei punto siamo d'accordo tutta tutte nei negli sui
        visita apri apra premi prema clicca scegli usa aggiungi aspetta dimmi certo benvenuto problema primo
        prima ultimo ultima settimana anno mese nome numero libro acqua casa paese mondo tempo domanda
        risposta quanta quanti quante mentre durante meno poco pochi parecchi possibile so sa sai dire vedere
        credo mettere andare viene vogliono devo devi deve bisogna adesso subito presto inoltre neanche forse
        stessa stesso così ecco questa quello cioè solo lì là oppure nostro nostra vostro vostra gli
    """,
}
"""Words of each language that are hardly ever anything else in it than words."""

WEAK_WORDS = frozenset(
    [
        "a",
        "o",
        "e",
        "i",
        "y",
        "u",
        "me",
        "no",
        "non",
        "on",
        "in",
        "an",
        "as",
        "do",
        "da",
        "die",
        "dei",
        "la",
        "le",
        "les",
        "lo",
        "un",
        "com",
        "con",
        "den",
        "des",
        "par",
        "per",
        "pour",
        "sin",
        "son",
        "sur",
        "the",
        "to",
        "so",
        "is",
        "it",
        "was",
        "war",
        "will",
        "hat",
        "had",
        "rate",
        "man",
        "also",
        "art",
        "gift",
        "bald",
        "tag",
        "pain",
        "main",
        "coin",
        "chat",
        "plus",
        "port",
        "four",
        "sent",
        "vont",
        "dont",
        "date",
        "net",
        "pro",
        "via",
        "de",
        "en",
        "es",
        "et",
        "el",
        "al",
        "se",
        "si",
        "te",
        "tu",
        "ta",
        "ton",
        "mon",
        "ma",
        "di",
        "du",
        "il",
        "or",
        "ou",
        "que",
        "qui",
        "my",
        "or",
        "at",
        "by",
        "us",
        "we",
        "he",
        "just",
        "like",
        "get",
        "make",
        "want",
        "was",
        "problem",
        "problema",
        "number",
        "name",
        "use",
        "visit",
        "visita",
        "usa",
        "vale",
        "primo",
        "hora",
        "casa",
        "tempo",
        "ver",
        "durante",
        "ir",
        "so",
        "sa",
        "sage",
        "land",
        "name",
        "warte",
        "nie",
        "oft",
        "stellen",
        "dire",
        "voir",
    ]
)
"""Words that are names, abbreviations or words of other languages, too. One of them alone decides nothing."""

LETTERS = {
    "ß": {"de": 2.0},
    "ä": {"de": 1.0},
    "ö": {"de": 1.0},
    "ü": {"de": 0.8},
    "ñ": {"es": 2.0},
    "ã": {"pt": 2.0},
    "õ": {"pt": 2.0},
    "ç": {"fr": 0.7, "pt": 0.7},
    "œ": {"fr": 2.0},
    "è": {"fr": 0.6, "it": 0.6},
    "ê": {"fr": 0.8, "pt": 0.5},
    "ë": {"fr": 0.5},
    "î": {"fr": 1.0},
    "ï": {"fr": 0.7},
    "û": {"fr": 1.0},
    "ô": {"fr": 0.6, "pt": 0.5},
    "â": {"fr": 0.4, "pt": 0.6},
    "ù": {"fr": 0.5, "it": 1.0},
    "ò": {"it": 1.2},
    "ì": {"it": 1.2},
    "à": {"fr": 0.5, "it": 0.5, "pt": 0.3},
    "á": {"es": 0.5, "pt": 0.5},
    "í": {"es": 0.6, "pt": 0.4},
    "ó": {"es": 0.7, "pt": 0.3},
    "ú": {"es": 0.6, "pt": 0.4},
    "é": {"fr": 0.4, "pt": 0.25, "es": 0.2, "it": 0.1},
}
"""What a letter in a word of small letters says of its language."""
