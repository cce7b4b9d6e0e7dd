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
    saying="말했다 물었다 답했다 대답했다 외쳤다 했다 소리쳤다 속삭였다 말했어요 물었어요 말한다 묻는다 중얼거렸다 덧붙였다",
    conjunctions=("그리고", "하지만", "그러나", "또는", "그래서", "및"),
)
