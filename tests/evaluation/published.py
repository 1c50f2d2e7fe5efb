"""Worked examples that others have published, and where."""

from __future__ import annotations

import numpy as np

NONE = np.nan

KRIPPENDORFF = np.array(
    [
        [1, 1, NONE, 1],
        [2, 2, 3, 2],
        [3, 3, 3, 3],
        [3, 3, 3, 3],
        [2, 2, 2, 2],
        [1, 2, 3, 4],
        [4, 4, 4, 4],
        [1, 1, 2, 1],
        [2, 2, 2, 2],
        [NONE, 5, 5, 5],
        [NONE, NONE, 1, 1],
        [NONE, NONE, 3, NONE],
    ]
)
"""K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 25.1.2011, sections C and D: four observers, twelve
units, any metric, missing data; the published alphas are below. The same data stand in irr::kripp.alpha (R)."""
KRIPPENDORFF_ALPHAS = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}

THREE_CODERS = np.array(
    [
        [NONE, 1, NONE], [NONE, NONE, NONE], [NONE, 2, 2], [NONE, 1, 1], [NONE, 3, 3],
        [3, 3, 4], [4, 4, 4], [1, 3, NONE], [2, NONE, 2], [1, NONE, 1],
        [1, NONE, 1], [3, NONE, 3], [3, NONE, 3], [NONE, NONE, NONE], [3, NONE, 4],
    ]
)  # fmt: skip
"""Wikipedia, Krippendorff's alpha, A computational example: three coders, fifteen units; nominal 0.691, interval
0.811."""

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=np.float64
)
"""P. E. Shrout and J. L. Fleiss, Psychological Bulletin 86 (1979), table 2: six targets, four judges. Their mean
squares (table 3) are 11.24, 6.26, 32.49 and 1.02."""
SHROUT_FLEISS_FORMS = {
    "1,1": (0.17, -0.133, 0.723, 1.79, 5, 18),
    "2,1": (0.29, 0.019, 0.761, 11.03, 5, 15),
    "3,1": (0.71, 0.342, 0.946, 11.03, 5, 15),
    "1,k": (0.44, -0.884, 0.912, 1.79, 5, 18),
    "2,k": (0.62, 0.071, 0.927, 11.03, 5, 15),
    "3,k": (0.91, 0.676, 0.986, 11.03, 5, 15),
}
"""Value (their table 4), ends of the 95 % interval, F and its degrees of freedom, as psych::ICC (R) prints them for the
same data; the first row stands also in the NAG Library's example of g04gac."""

CATALYSTS = {
    1: {1: 73, 2: 74, 4: 71},
    2: {2: 75, 3: 67, 4: 72},
    3: {1: 73, 2: 75, 3: 68},
    4: {1: 75, 3: 72, 4: 75},
}
"""D. C. Montgomery, Design and Analysis of Experiments, 5th ed. 2001, table 4-22: a balanced incomplete block design,
four catalysts in four batches. His adjusted effects (section 4-4.1) are -9/8, -7/8, -4/8 and 20/8 about 72.5; the error
mean square is 0.65 with 5 degrees of freedom."""
