"""Korean. pysbd has no list of it: this one is whole."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="ko",
    inner="mr mrs ms dr prof st vs e.g i.e",
    numbered="no p pp vol fig",
    weak="etc inc co ltd corp jr sr",
    named="u.s u.k u.s.a d.c a.m p.m",
    starters="The This It He She We You I A An In",
    exclaimed="Yahoo",
    conjunctions=("그리고", "하지만", "그러나", "또는", "그래서", "및"),
)
