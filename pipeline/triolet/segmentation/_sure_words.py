"""Words for `_sure_end`: which may stand before the mark that ends an answer's first sentence.

A list is text with white space between its words.
"""

from __future__ import annotations

ALONE = """
    Absolument Absolutely Agreed Alright Amazing Awesome Bem Bene Bien Bonjour Bonsoir Bravo Buongiorno Certainement
    Certainly Certamente Certo Ciao Claro Congrats Congratulations Cool Correct Correcto Danke Definitely Done
    Esattamente Esatto Exactamente Exactement Exactly Exacto Exatamente Exato Excellent Fantastic Fine Genau Genial
    Gern Gerne Gladly Good Goodbye Gracias Grazie Great Gut Hallo Happy Hello Hey Hi Hmm Hola Hooray Hurray Indeed
    Interesting Ja Klar Merci Moin Natürlich Nein Nice Non Nope Não Obrigada Obrigado Oh Ok Okay Olá Ottimo Oui
    Parfait Perfect Perfecto Perfeito Perfekt Perfetto Please Prima Really Richtig Right Salut Salve
    Selbstverständlich Servus Sim Sorry Stimmt Super Sure Surely Sì Sí Thanks Toll True Understood Vale Voilà
    Volontiers Welcome Well Wonderful Wow Yeah Yep Yes Ótimo Верно Да Здравствуйте Конечно Отлично Понятно Привет
    Спасибо Хорошо
"""
"""Words that are a sentence alone, with a capital, at the beginning of an answer. Some languages share some of them."""

NAMES = """
    account admin amazon api app apps archive archivo archivos arquivo array article assets auth backup base beispiel
    bild blog body book bot browser build cache cell chart class client cloud code command common component config
    console container content context controller core css cursor dados data database date datei daten dati datos debug
    default demo dev directory docker docs document domain donnees download driver editor ejemplo element email engine
    entry env error esempio event example examples exemple exemplo export favicon feed fichier file files filter
    folder font form frame function google graph group groups guide handler header heise hello helper helpers history
    host html http image images import index info init input install instance item items java javascript job json key
    keys lib library license link linux list local log login logo logs mail main make manage manager map math media
    menu message meta method mobile model models module my name names net network news next node notes number numbers
    object objects online open options order output package page pages paper params parent parser path photo photos
    player plot plugin post posts private process product profile program project prompt protected proto proxy public
    python queue random readme record records report request requirements res response result results root route
    router rows run sample schema scope script scripts search security self server service session settings setup
    shell shop site sketch sort source spiegel spring stack start state static stats status stdin stdout stern store
    story stream string style styles super support system table target task template templates test tests text theme
    this thread token tool tools tree type types update url user users utils value values vector version video videos
    view views visit vue walker web website welt widget wiki window windows word worker yaml zeit
"""
"""Words that files, hosts and objects in programs are named, too: `example.com`, `main.py`, `this.name`. No dot after them is
sure."""

PLAIN = {
    "en": """
        able about above across action again against age ago agree air alike alive all alone along already also
        always am amazing animal animals another answer answers any anymore anyone anything anyway anywhere apart
        apple apples are area areas arm arms around art as ask asked at ate away awesome baby back bad bag bags
        ball bank bar bath beach bean beans bear beautiful bed before began begin behind belong below benefit best
        better between big bigger bill bird birds birth bit black block blood blue board boat bone bones both
        bottom bought bowl box boy boys brain bread break breakfast breath bridge bright brother brought brown
        budget bug bugs building bus business but butter buy by cake call called calls came can car card cards
        care career cars case cases cat cats cause cells center centuries century chair chance change changed
        changes cheap cheaper cheese chicken child children choice choices choose church circle cities city clean
        clear clearly clock close closed closer clothes clouds coast coat coffee cold color colors come comes
        company complete complex contact control cook cooked cool cooler corner correct cost costs could countries
        country course cover cream crew crime crops cup cups cut daily dark daughter day days dead deal death
        decade decades deep degree degrees depth desk detail details did died difference different difficult
        dinner direction dish dishes distance doctor does dog dogs done door doors doubt down dream dreams dress
        drink drinks drive drop dry during each earlier early earth easier easily east easy eat eaten edge effect
        effects effort egg eggs eight either electricity else emotion employees empty end ended ends energy enjoy
        enough evening ever every everyone everything everywhere evil exam exams excited exercise exist exists
        experience expert experts eye eyes face fact factor factors facts fail failed fair fall family famous far
        farm fast faster fat father favorite fear feature features feel feeling fees feet felt few field fields
        fight figure final find fine finger fingers fire first fish fit five fix fixed flat flavor flight flights
        floor flour flow flower flowers fly focus food foods foot for force forest forever forget forward found
        four free freedom fresh friend friends from front fruit fruits full fun future game games garden gas gave
        general get gift gifts girl girls give given glad glass go goal goals god gods goes gold gone good goods
        got government great greater green grew ground grow growth guest guests had hair half hall hand hands
        happen happened happens happy hard harder has hate have head health healthy hear heard heart heat heavy
        height held help helped helpful helps her here hers high higher hill hills him his hit hold hole holiday
        holidays home homes honey hope hospital hot hotel hour hours house houses how huge human humans hundred
        hungry hurt ice idea ideal ideas if ill impact important income inside instead interest interests into
        island islands issue issues it its jobs join journey joy juice jump just keep kept kid kids kind kinds
        king kitchen knee knew knife know knowledge known knows lake land lands language languages large larger
        last late later laugh law laws lead leader leaders leaf learn learned least leather leave leaves left leg
        legs lemon less lesson lessons let letter letters level levels life light lights like likely limit limits
        line lines lips little live lives living loan long longer look looks lost lot lots loud love low lower
        luck lucky lunch made magic many market markets marriage match matter matters maybe me meal meals mean
        meaning means meat medicine meet meeting memory men mention mess met metal methods middle might mile miles
        milk million mind mine minute minutes mirror mistake mistakes mix moment moments money month months mood
        moon more morning most mother mountain mountains mouth move moved movement movie movies much muscle
        muscles myself nature near nearby necessary neck need needed needs neighbor never new nice night nights
        nine none noon normal normally north nose nothing notice now ocean of off offer office often oil old older
        on once one ones onion onions only option other others ours out outside oven over own owner pain paint
        pair parents park part partner parts party pass passed past pasta patience patient patients pay peace peak
        people pepper percent perfect perfectly period person pet pets phone phrase piece pieces pink place places
        plan plane planet planets plans plant plants plate play players please pocket point points police pool
        poor popular possible pot potato potatoes power practice pressure price prices pride problem problems
        produce products progress projects property protein purpose put quality question questions quick quickly
        quiet quite race rain raise range rate rather raw reach read reader readers ready real really reason
        reasons recipe red region regions relax rely remain rent repair rest rice rich right rights ring rise risk
        risks river rivers road roads rock rocks role room rooms roots rule rules running sad safe safely safer
        safety said salad salary sale salt same sand sauce save saw say says scale scene school schools science
        scientists screen sea season seasons seat second seconds see seed seeds seem seen sell sense sentence set
        seven several shade shape share sharp she ship ships shirt shoes shops short shorter show shower sick side
        sides sight sign signs silence silver similar simple simpler simply since singer sir sister six size sizes
        skill skills skin sky sleep slow slower slowly small smaller smell smile smoke snow so social society soft
        soil sold solid some someone something sometimes somewhere son song songs soon sorry sound sounds soup
        sources south space speak species speech speed spoon spot spread square stage stairs star stars states
        station stay steady step steps still stomach stone stop stores storm straight strange street strength
        stress strict strong stronger student students study success such sugar summer sun sunlight surface
        surprise sweet swim systems tables take taken takes talent talk tall taste tax taxes tea teach teacher
        teachers team teams tears teeth temperature ten tent terms thanks that theirs them themselves then theory
        there these they thick thin thing things think third those though thought thoughts thousand three through
        tie time times tired title to today toes together told tomato tomatoes tomorrow tone tonight too took
        tooth top topic topics total touch toward tower town toy trade traffic train training trains travel trees
        trial tried trip trips trouble truck true trust truth try turn twice two under understand understood
        united until up upon us use used useful uses usual usually valley vary vegetables very voice vote wage
        wait walk wall walls want wanted war warm warmer warning was waste watch water wave waves way ways weak
        wear weather week weekend weekends weeks weight welcome well went were west wet what wheel wheels when
        where which while white who whole why wide wife wild will win wind wine wing wings winner winter wise with
        within without woman women won wonder wonderful wood words wore work worked workers works world worry
        worse worst worth would write writer written wrong year years yellow yes yesterday yet you young younger
        yours yourself
    """,
}
"""Where any word in small letters would end too many sentences, the words that may. English is written in many addresses and in
most programs."""

ENDINGS = {
    "en": (
        "able",
        "ably",
        "aged",
        "ained",
        "ally",
        "ance",
        "ances",
        "anned",
        "apped",
        "ated",
        "ating",
        "cked",
        "ction",
        "ding",
        "ected",
        "edly",
        "ely",
        "ence",
        "ences",
        "ened",
        "ented",
        "ered",
        "ering",
        "ested",
        "ful",
        "gged",
        "hood",
        "ially",
        "ical",
        "ided",
        "ied",
        "ies",
        "ily",
        "ingly",
        "ired",
        "ised",
        "ished",
        "ism",
        "ists",
        "ities",
        "ity",
        "ive",
        "ively",
        "ized",
        "king",
        "less",
        "lked",
        "lled",
        "ment",
        "ments",
        "n't",
        "nded",
        "ness",
        "nged",
        "ning",
        "ntly",
        "n’t",
        "ology",
        "olved",
        "opped",
        "orted",
        "ous",
        "ously",
        "owed",
        "ring",
        "rted",
        "self",
        "selves",
        "ship",
        "sing",
        "sion",
        "sions",
        "ssed",
        "sted",
        "tated",
        "ting",
        "tion",
        "tions",
        "ture",
        "tures",
        "uced",
        "ured",
        "ving",
        "ying",
    ),
}
"""Endings of words of five letters or more that count like `PLAIN`: names and what programs call things seldom have them."""
