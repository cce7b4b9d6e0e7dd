"""The words by which directions are known, by language.

A direction is what a script tells whoever speaks: `*smiles*`, `(laughs)`, `[pause]`. It begins with a verb of one of these tables, in
the forms that scripts use (third person, participle, infinitive), or it is a noun of the voice, or the manner of speaking.
"""

from __future__ import annotations

import re

import attrs

from triolet._tools._lazy_regex import lazy_regex


def _sounds(text: str) -> dict[str, str]:
    """`laugh: laughs laughing` as the name of the sound for each form."""
    forms: dict[str, str] = {}
    for line in text.strip().splitlines():
        name, _, words = line.partition(":")
        for word in words.split():
            forms[word.replace("_", " ")] = name.strip().replace("_", " ")
    return forms


def _set(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


@attrs.frozen(kw_only=True)
class DirectionWords:
    """How one language writes directions."""

    sounds: dict[str, str]
    """Verbs for what a voice does, each with the name of the sound. They are directions in any brackets."""
    nouns: dict[str, str]
    """Nouns for the same. They are directions in brackets, alone or after one of `kinds`."""
    gestures: frozenset[str]
    """Verbs for what a face or a hand does. They are directions in any brackets, too."""
    moves: frozenset[str]
    """Verbs that mean other things as well. They are directions only between stars, and not inside a sentence."""
    manners: frozenset[str]
    """How something is said."""
    kinds: frozenset[str] = frozenset()
    """What may stand before a noun."""
    before: frozenset[str] = frozenset()
    """What may stand before the verb: pronouns, reflexives."""
    subjects: frozenset[str] = frozenset()
    """Words after which a verb between stars is emphasis, and a noun in brackets the name of a thing."""
    acts: re.Pattern[str] | None = None
    """Any verb in the form of a direction, for those between stars that stand alone."""
    phrases: re.Pattern[str] | None = None
    """Whole directions that begin with none of these words, and all directions of a language without spaces."""


_EN = DirectionWords(
    sounds=_sounds("""
laugh: laughs laughing laughed cackles cackling guffaws
chuckle: chuckles chuckling chuckled snickers snickering
giggle: giggles giggling giggled
sigh: sighs sighing sighed exhales exhaling
gasp: gasps gasping gasped
cough: coughs coughing
sniff: sniffs sniffing sniffles sniffling snorts snorting
groan: groans groaning moans moaning grunts grunting
yawn: yawns yawning
cry: cries crying sobs sobbing weeps weeping whimpers whimpering
scream: screams screaming shrieks
breath: breathes breathing inhales inhaling
whisper: whispers whispering whispered murmurs murmuring mutters muttering mumbles mumbling
shout: shouts shouting yells yelling
sing: sings singing
hum: hums humming
pause: pauses pausing hesitates hesitating
clear throat: clears_throat clearing_throat clears_his_throat clears_her_throat clears_their_throat clears_my_throat
"""),
    nouns=_sounds("""
laugh: laugh laughter
chuckle: chuckle
giggle: giggle
sigh: sigh
gasp: gasp
cough: cough
sniff: sniff sniffle snort
groan: groan moan grunt
yawn: yawn
cry: sob
scream: scream
breath: breath
whisper: whisper
pause: pause beat
silence: silence
applause: applause clapping
music: music
smile: smile grin
nod: nod wink shrug wave hug bow blush facepalm curtsy
"""),
    gestures=_set("""
smiles smiling smirks smirking grins grinning beams nods nodding winks winking shrugs shrugging waves waving frowns frowning blushes
blushing bows bowing claps clapping applauds blinks blinking pouts pouting gulps squints rolls_eyes rolls_her_eyes rolls_his_eyes
shakes_head shakes_her_head shakes_his_head raises_an_eyebrow raises_eyebrow tilts_head facepalms hugs leans_in leans_forward
leans_closer leans_back perks_up thinks_for_a_moment scratches_head stretches_arms giggles_softly
"""),
    moves=_set("""
looks looking glances gazes stares turns walks runs sits stands steps leans leaning takes holds holding opens picks puts gives raises
lifts lowers tilts shakes rolls rubs scratches strokes pats taps points reaches pulls pushes jumps dances twirls spins stretches
thinks ponders considers listens waits stops moves gestures crosses folds adjusts places sets pours sips drinks eats types writes
kneels crouches lies leaps hops skips paces trembles shivers shudders swallows bites licks kisses hugs snuggles cuddles hands grabs
tosses throws fidgets brushes tucks scoots settles slumps stumbles rushes wags purrs growls meows barks playfully_nudges nudges
"""),
    manners=_set("""
softly quietly gently loudly excitedly nervously happily sadly angrily cheerfully sarcastically slowly thoughtfully warmly calmly
seriously sternly playfully whispering dramatically hesitantly enthusiastically tenderly sleepily coldly firmly shyly wearily
amused excited sarcastic nervous cheerful serious angry sad happy curious confused surprised thoughtful aside offscreen off-screen
offstage laughingly tearfully breathlessly deadpan wistfully awkwardly
"""),
    kinds=_set("a the long short brief deep soft nervous awkward little small slight heavy quiet light dramatic dramatic_pause loud gentle audience evil"),
    before=_set("i he she they it we you just then suddenly slightly"),
    subjects=_set("he she it they we you i who that which everyone everybody nobody one to and or the a an press click hit tap push select choose"),
    acts=lazy_regex(
        r"(?!(?:this|always|perhaps|yes|thanks|plus|besides|sometimes|afterwards|news|his|its|hers|ours|theirs|yours|towards|is|was|has|"
        r"does|as|us|if|unless|across|less|various|previous|obvious|serious|famous|things|lots|others|minutes|hours|days|years|maths|"
        r"physics|species|series|means|needs|wants|matters|works|says|seems|makes|gets|keeps|helps|uses|includes|becomes|remains|"
        r"depends|exists|contains|requires|allows|costs|lets|adds)\b)[a-z]{2,}(?<!s)s(?: [\w',-]+){0,9}"
    ),
    phrases=lazy_regex(
        r"(?:in|with) an? (?:\w+ )?(?:whisper|voice|tone|low voice|smile|grin|sigh|laugh|chuckle|wink|shrug|accent)"
        r"|takes? an? (?:\w+ )?breath|(?:sound of|sounds of) .+|(?:upbeat |soft |background )?music (?:plays|playing|fades(?: in| out)?)"
        r"|rolls? (?:his|her|their|my) eyes|shakes? (?:his|her|their|my) head|raises? an eyebrow|tilts? (?:his|her|their|my) head"
    ),
)  # fmt: skip

_DE = DirectionWords(
    sounds=_sounds("""
laugh: lacht lachend lachen lache
chuckle: kichert kichernd kichern schmunzelt schmunzelnd gluckst
sigh: seufzt seufzend seufzen seufze
gasp: keucht keuchend schnappt_nach_luft
cough: hustet hustend räuspert
clear throat: räuspert_sich
sniff: schnieft schnaubt
groan: stöhnt stöhnend ächzt
yawn: gähnt gähnend
cry: weint weinend schluchzt schluchzend
scream: schreit schreiend
breath: atmet_tief_durch atmet_ein atmet_aus holt_tief_luft
whisper: flüstert flüsternd flüstern murmelt murmelnd
shout: ruft rufend brüllt
sing: singt singend
hum: summt summend
pause: zögert hält_inne pausiert
"""),
    nouns=_sounds("""
laugh: lachen gelächter
sigh: seufzer seufzen
cough: husten
pause: pause
silence: stille schweigen
applause: applaus
music: musik
whisper: flüstern
smile: lächeln
"""),
    gestures=_set("""
lächelt lächelnd grinst grinsend strahlt nickt nickend zwinkert zwinkernd winkt winkend verbeugt errötet schmollt klatscht blinzelt
zuckt_mit_den_schultern zuckt_die_schultern schüttelt_den_kopf runzelt_die_stirn verdreht_die_augen hebt_eine_augenbraue
"""),
    moves=_set("""
schaut blickt sieht dreht geht läuft setzt steht lehnt beugt nimmt hält öffnet hebt senkt neigt schüttelt zuckt runzelt verdreht
kratzt streicht klopft zeigt greift zieht springt tanzt streckt denkt überlegt hört wartet umarmt trinkt tippt schreibt kniet zittert
reibt legt gibt macht
"""),
    manners=_set("leise sanft laut aufgeregt nervös fröhlich traurig wütend begeistert sarkastisch langsam nachdenklich ruhig ernst zögernd verlegen flüsternd müde"),
    kinds=_set("lange kurze tiefes langes leises lautes eine ein"),
    before=_set("sie er es ich sich leise sanft"),
    subjects=_set("er sie es wir ihr ich man wer der die das den und oder zu zuletzt drücke drücken klicken auf"),
    phrases=lazy_regex(r"mit (?:leiser|sanfter|lauter|tiefer|ernster|zitternder) stimme|mit einem (?:lächeln|grinsen|augenzwinkern|seufzer)"),
)  # fmt: skip

_FR = DirectionWords(
    sounds=_sounds("""
laugh: rit riant rires rire rigole éclate_de_rire
chuckle: ricane glousse pouffe
sigh: soupire soupirant
gasp: halète
cough: tousse toussote
clear throat: se_racle_la_gorge s'éclaircit_la_gorge
sniff: renifle
groan: gémit grogne
yawn: bâille
cry: pleure sanglote pleurant
scream: hurle
breath: inspire expire respire
whisper: chuchote chuchotant murmure murmurant
shout: crie criant
sing: chante chantonne chantant
hum: fredonne
pause: hésite
"""),
    nouns=_sounds("""
laugh: rire rires
sigh: soupir
cough: toux
pause: pause
silence: silence
applause: applaudissements
music: musique
whisper: chuchotement
smile: sourire
"""),
    gestures=_set("""
sourit souriant hoche acquiesce salue applaudit rougit cligne grimace hausse_les_épaules hausse_un_sourcil secoue_la_tête
lève_les_yeux_au_ciel fronce_les_sourcils fait_un_clin_d'œil fait_un_signe_de_la_main s'incline
"""),
    moves=_set("""
regarde tourne marche court assied lève baisse penche prend tient ouvre pose donne fronce fait secoue hausse gratte frotte tape montre
tire pousse saute danse réfléchit pense écoute attend s'approche s'assied s'arrête approche arrête embrasse serre boit écrit tremble
"""),
    manners=_set("doucement calmement fort nerveusement joyeusement tristement sérieusement lentement chaleureusement timidement sarcastiquement tendrement amusé amusée ému émue"),
    kinds=_set("petit petite long longue court courte léger légère profond un une des"),
    before=_set("il elle je on se s' me doucement"),
    subjects=_set("il elle on je tu nous vous ils elles qui le la les un une et ou appuyez sur cliquez"),
    phrases=lazy_regex(
        r"(?:à|a) voix basse|en (?:chuchotant|murmurant|riant|souriant|soupirant|criant)|d'une voix \w+|prend une (?:grande |profonde )?inspiration"
        r"|avec un (?:sourire|clin d'œil|soupir)"
    ),
)  # fmt: skip

_ES = DirectionWords(
    sounds=_sounds("""
laugh: ríe riendo risas carcajea se_ríe
chuckle: ríe_entre_dientes
giggle: suelta_una_risita
sigh: suspira suspirando
gasp: jadea
cough: tose tosiendo carraspea
clear throat: se_aclara_la_garganta
sniff: solloza_bajito
groan: gime gruñe
yawn: bosteza bostezando
cry: llora llorando solloza
scream: chilla
breath: respira inhala exhala
whisper: susurra susurrando murmura murmurando
shout: grita gritando
sing: canta cantando
hum: tararea
pause: titubea duda_un_momento
"""),
    nouns=_sounds("""
laugh: risa risas risita
sigh: suspiro
cough: tos
pause: pausa
silence: silencio
applause: aplausos
music: música
whisper: susurro
smile: sonrisa
"""),
    gestures=_set("sonríe sonriendo asiente asintiendo saluda aplaude guiña parpadea frunce_el_ceño niega_con_la_cabeza se_encoge_de_hombros encoge_los_hombros sonroja se_sonroja hace_una_reverencia"),
    moves=_set("""
mira observa gira camina corre sienta levanta baja inclina toma sostiene abre pone da coge mueve encoge frunce rasca frota señala
tira empuja salta baila piensa reflexiona escucha espera abraza bebe escribe tiembla acerca hace niega
"""),
    manners=_set("suavemente bajito emocionado emocionada nervioso nerviosa alegremente tristemente seriamente lentamente calmadamente cálidamente tímidamente sarcásticamente"),
    kinds=_set("larga corta breve profundo profunda leve ligera pequeña un una"),
    before=_set("se me él ella yo le"),
    subjects=_set("él ella ellos ellas quien que el la los las un una y o yo tú usted pulsa presiona haz clic en"),
    phrases=lazy_regex(r"en voz (?:baja|alta)|con una (?:sonrisa|risita)|con un suspiro|toma aire|respira hondo"),
)  # fmt: skip

_PT = DirectionWords(
    sounds=_sounds("""
laugh: ri rindo risos risadas gargalha ri-se
chuckle: ri_baixinho
sigh: suspira suspirando
gasp: ofega arfa
cough: tosse tossindo pigarreia
clear throat: limpa_a_garganta
sniff: funga
groan: geme resmunga
yawn: boceja bocejando
cry: chora chorando soluça
scream: berra
breath: respira inspira expira
whisper: sussurra sussurrando murmura murmurando
shout: grita gritando
sing: canta cantando
hum: cantarola
pause: hesita
"""),
    nouns=_sounds("""
laugh: riso risos risada risadas gargalhada
sigh: suspiro
cough: tosse
pause: pausa
silence: silêncio
applause: aplausos
music: música
whisper: sussurro
smile: sorriso
"""),
    gestures=_set("sorri sorrindo acena acenando assente pisca piscando aplaude cora franze_a_testa balança_a_cabeça dá_de_ombros encolhe_os_ombros faz_uma_reverência"),
    moves=_set("""
olha vira anda caminha corre senta levanta abaixa inclina pega segura abre coloca põe dá balança franze encolhe coça esfrega aponta
puxa empurra pula dança pensa reflete escuta espera abraça bebe escreve treme aproxima faz
"""),
    manners=_set("suavemente baixinho animado animada nervoso nervosa alegremente tristemente seriamente lentamente calmamente calorosamente timidamente sarcasticamente gentilmente"),
    kinds=_set("longa curta breve profundo profunda leve pequena um uma"),
    before=_set("se me ele ela eu lhe"),
    subjects=_set("ele ela eles elas quem que o a os as um uma e ou eu você pressione clique aperte em"),
    phrases=lazy_regex(r"em voz (?:baixa|alta)|com um (?:sorriso|suspiro)|respira fundo"),
)  # fmt: skip

_IT = DirectionWords(
    sounds=_sounds("""
laugh: ride ridendo risate
chuckle: ridacchia ridacchiando sogghigna
sigh: sospira sospirando
gasp: ansima
cough: tossisce tossendo
clear throat: si_schiarisce_la_gola si_schiarisce_la_voce
groan: geme grugnisce
yawn: sbadiglia sbadigliando
cry: piange piangendo singhiozza
scream: strilla
breath: respira inspira espira
whisper: sussurra sussurrando bisbiglia mormora
shout: grida gridando urla urlando
sing: canta cantando
hum: canticchia
pause: esita
"""),
    nouns=_sounds("""
laugh: risata risate risatina
sigh: sospiro
cough: tosse
pause: pausa
silence: silenzio
applause: applausi
music: musica
whisper: sussurro
smile: sorriso
"""),
    gestures=_set("sorride sorridendo annuisce annuendo saluta applaude ammicca arrossisce scuote_la_testa alza_le_spalle fa_spallucce fa_l'occhiolino s'inchina si_inchina aggrotta_la_fronte"),
    moves=_set("""
guarda osserva gira cammina corre siede alza abbassa china prende tiene apre mette dà scuote inclina gratta strofina indica tira spinge
salta balla pensa riflette ascolta aspetta abbraccia beve scrive trema avvicina fa aggrotta
"""),
    manners=_set("dolcemente piano sottovoce emozionato emozionata nervoso nervosa allegramente tristemente seriamente lentamente calorosamente timidamente sarcasticamente"),
    kinds=_set("lunga corta breve profondo lieve piccola un una"),
    before=_set("si mi lui lei io"),
    subjects=_set("lui lei loro chi che il la lo i gli le un una e o io tu premi clicca su"),
    phrases=lazy_regex(r"a (?:bassa|alta) voce|con un (?:sorriso|sospiro)|fa un respiro profondo"),
)  # fmt: skip

_RU = DirectionWords(
    sounds=_sounds("""
laugh: смеётся смеется смеясь хохочет засмеялась засмеялся
chuckle: хихикает хихикая усмехается усмехаясь посмеивается
sigh: вздыхает вздыхая вздохнув вздохнула вздохнул
gasp: ахает задыхается
cough: кашляет кашляя
clear throat: откашливается прочищает_горло
sniff: всхлипывает шмыгает
groan: стонет кряхтит
yawn: зевает зевая
cry: плачет плача рыдает
scream: визжит вопит
breath: глубоко_вдыхает вдыхает выдыхает
whisper: шепчет шёпотом шепотом бормочет бормоча
shout: кричит крича
sing: поёт поет напевает напевая
hum: мурлычет
pause: запинается замолкает
"""),
    nouns=_sounds("""
laugh: смех смешок
sigh: вздох
cough: кашель
pause: пауза
silence: тишина молчание
applause: аплодисменты
music: музыка
whisper: шёпот шепот
smile: улыбка
"""),
    gestures=_set("улыбается улыбаясь улыбнулась улыбнулся кивает кивая подмигивает подмигивая машет краснеет хмурится хлопает кланяется моргает ухмыляется пожимает_плечами качает_головой закатывает_глаза"),
    moves=_set("""
смотрит глядит оборачивается поворачивается идёт идет бежит садится встаёт встает наклоняется берёт берет держит открывает кладёт даёт
поднимает опускает пожимает качает закатывает чешет трёт указывает тянет толкает прыгает танцует думает задумывается слушает ждёт ждет
обнимает пьёт пишет дрожит подходит делает
"""),
    manners=_set("тихо громко мягко взволнованно нервно радостно грустно серьёзно медленно спокойно тепло робко саркастично задумчиво ласково"),
    kinds=_set("долгая короткая небольшая глубокий тяжёлый лёгкий тихий"),
    before=_set("он она я тихо мягко слегка"),
    subjects=_set("он она оно они мы вы ты я кто который что и или нажмите кнопку"),
    phrases=lazy_regex(r"(?:тихим|громким|спокойным|дрожащим) голосом|с улыбкой|со вздохом|делает глубокий вдох"),
)  # fmt: skip

_NONE: frozenset[str] = frozenset()


def _pattern(sounds: dict[str, str], gestures: str, tail: str) -> tuple[re.Pattern[str], tuple[tuple[str, str], ...]]:
    """A pattern for the directions of a language without spaces, and the stems that name a sound."""
    stems = "|".join((*sounds, gestures))
    return lazy_regex(rf"(?:{tail})?(?:{stems})(?:{tail})?"), tuple((stem, name) for stem, name in sounds.items())


_ZH_SOUNDS = {
    "哈{2,}|嘿{2,}|呵{2,}|大笑|哈哈大笑|轻笑|笑声|偷笑|苦笑|笑了?笑|笑着?": "laugh",
    "叹了?(?:一)?口气|叹气|叹息": "sigh",
    "咳嗽|咳了?(?:一)?声": "cough",
    "清了?清?(?:嗓子|喉咙)": "clear throat",
    "哭泣|哭着?|抽泣|流泪": "cry",
    "打(?:了个)?哈欠": "yawn",
    "深吸(?:了?一)?口气|深呼吸": "breath",
    "小声|低声|轻声|耳语|悄悄": "whisper",
    "大喊|喊道|尖叫": "shout",
    "哼唱|唱歌": "sing",
    "停顿|顿了?顿|沉默": "pause",
    "掌声|鼓掌": "applause",
    "音乐": "music",
}
_ZH_GESTURES = (
    "微笑|点了?点?头|摇了?摇?头|眨了?眨?眼|挥了?挥?手|招手|耸了?耸?肩|皱眉|脸红|鞠躬|拍手|思考|思索|想了?想|歪头|挠头|握拳|伸懒腰|转身|抬头|低头|"
    "看向|望向|走近|走到|靠近|坐下|站起|拥抱|抱住|拿起|放下|举起"
)
_ZH_TAIL = "[\u4e00-\u9fff]{0,8}"
_JA_SOUNDS = {
    "笑い声|大笑い|微笑み?|苦笑|爆笑|笑(?:い|う|って|っ|いながら)?|くすくす|クスクス|にっこり|ニッコリ|ニコニコ|にこにこ": "laugh",
    "ため息|溜息|溜め息": "sigh",
    "咳(?:払い)?|せき": "cough",
    "泣き?(?:ながら)?|涙|号泣|すすり泣き": "cry",
    "あくび|欠伸": "yawn",
    "深呼吸|息を(?:吸|呑|つ)": "breath",
    "囁|ささや|小声|ひそひそ|耳打ち": "whisper",
    "叫|大声": "shout",
    "歌(?:い|う)|鼻歌": "sing",
    "間(?=\\Z)|沈黙|一呼吸": "pause",
    "拍手": "applause",
    "音楽": "music",
}
_JA_GESTURES = "頷|うなず|首をかしげ|首を傾げ|首を振|手を振|ウインク|ウィンク|照れ|お辞儀|肩をすくめ|眉をひそめ|赤面|目を|考え込|見つめ|近づ|座り|立ち上が|抱き"
_JA_TAIL = "[\u3041-\u30ff\u4e00-\u9fff]{0,10}"
_KO_SOUNDS = {
    "웃음|웃으며|웃는|웃다|웃고|웃는다|하하|킥킥|미소": "laugh",
    "한숨": "sigh",
    "기침|헛기침": "cough",
    "울음|울며|흐느": "cry",
    "하품": "yawn",
    "심호흡": "breath",
    "속삭|귓속말|작은 목소리": "whisper",
    "소리치|외치": "shout",
    "노래|흥얼": "sing",
    "잠시 멈|침묵|정적|망설": "pause",
    "박수": "applause",
    "음악": "music",
}
_KO_GESTURES = "고개를|끄덕|손을 흔|윙크|어깨를 으쓱|얼굴을 붉|인사|찡그|눈을|생각에 잠|바라보|다가|앉|일어서|껴안"
_KO_TAIL = "[\uac00-\ud7a3 ]{0,12}"


def _spaceless(sounds: dict[str, str], gestures: str, tail: str) -> DirectionWords:
    pattern, _ = _pattern(sounds, gestures, tail)
    return DirectionWords(
        sounds=sounds, nouns={}, gestures=_NONE, moves=_NONE, manners=_NONE, subjects=_NONE, phrases=pattern
    )


DIRECTION_WORDS = {
    "en": _EN,
    "de": _DE,
    "fr": _FR,
    "es": _ES,
    "pt": _PT,
    "it": _IT,
    "ru": _RU,
    "zh": _spaceless(_ZH_SOUNDS, _ZH_GESTURES, _ZH_TAIL),
    "ja": _spaceless(_JA_SOUNDS, _JA_GESTURES, _JA_TAIL),
    "ko": _spaceless(_KO_SOUNDS, _KO_GESTURES, _KO_TAIL),
}
"""For Chinese, Japanese and Korean, `phrases` has all directions, and the keys of `sounds` are patterns."""

SPACELESS = frozenset({"zh", "ja", "ko"})
