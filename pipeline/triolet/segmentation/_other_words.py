"""Abbreviations of languages that have no rules of their own, in small letters, without the last dot. Something follows each.

pysbd's lists lack most of them, and has no list for half of these languages.
"""

from __future__ import annotations

ANYWHERE = "dr prof mr mrs ms st e.g i.e vs ing mag nr tel"
"""What is written in most languages."""

INNER = {
    "ar": "د أ م ص.ب أ.د ج ت",
    "bg": "ул бул гр проф акад инж д-р т.е т.нар напр вж стр бр",
    "ca": "sr sra dra av c pàg núm p.ex aprox",
    "cs": "např tj tzv ing mgr mudr judr č čp str ul nám sv cca popř resp",
    "da": "f.eks bl.a d.v.s dvs ca kl hr fru s.k m.h.t jf",
    "el": "π.χ δηλ κ κα κος δρ καθ βλ αρ σελ λ.χ οδ τηλ παρ π.δ",
    "fa": "د م ص",
    "fi": "esim ks ns mm klo puh tri fil nk ts so",
    "hr": "npr tj tzv ul br str sv gđa gosp prof mr",
    "hu": "pl kb ill ún ifj özv sz tel",
    "id": "jl no bpk ir drs dra kh hal",
    "lt": "pvz vad g gerb pan t.y",
    "nb": "f.eks bl.a d.v.s dvs ca kl hr fru s.k jf",
    "nl": "drs mevr mw dhr ir bijv bv d.w.z o.a m.b.t t.a.v t.o.v i.v.m m.i.v blz ca incl excl nl ds jhr o.l.v i.p.v a.u.b z.g.a.n",
    "pl": "ul al pl os mgr inż hab św ks gen płk np m.in tzn tzw tj ok str im woj pow gm por red wg ww tel godz",
    "ro": "str d-l d-na dl dna ex p.ex bd aprox ing pag",
    "sk": "napr tj tzv ing mgr mudr judr č str ul nám sv cca resp",
    "sl": "npr t.i tj oz ul g ga sv št str",
    "sr": "npr tj tzv ul br str sv нпр тј тзв ул бр стр др проф",
    "sv": "t.ex bl.a d.v.s dvs s.k ca kl m.a.o p.g.a jfr resp fr hr",
    "th": "ดร ศ รศ ผศ นพ พญ พ.ศ ค.ศ",
    "tr": "doç av sn örn sok cad mah bul apt no müh yrd uzm op bkz",
    "uk": "ім вул просп бул пл проф акад напр див т.зв т.д смт с обл р-н доц стор",
    "vi": "ts ths gs pgs tp p q bs ks",
}
"""The same by language."""
