"""Chinese."""

from triolet.segmentation._language import Language

LANGUAGE = Language(
    code="zh",
    inner="mr mrs ms dr prof st vs e.g i.e",
    numbered="no p pp vol fig",
    weak="etc inc co ltd corp jr sr",
    named="u.s u.k u.s.a d.c a.m p.m",
    words="is may man me ok ill mass miss con del mo ind id ref res pa la ga ut va wash mex med cal arc ken ala fed rs que ext",
    starters="The This It He She We You I A An In",
    exclaimed="Yahoo",
)
