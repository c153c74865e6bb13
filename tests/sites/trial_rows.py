"""A trial at three hospitals, small and with known answers: nothing of it is real."""

import numpy as np
import pandas as pd

FORMULA = "score ~ week * arm + age + (week | patient)"
WEEKS = np.array([0.0, 2.0, 4.0, 8.0])


def trial(persons=180, seed=1):
    """Rows of a trial with dropout at weeks 4 and 8, at hospitals A, B and C."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(persons):
        arm, sex, age = ["placebo", "drug"][i % 2], "fm"[i % 3 == 0], float(rng.integers(20, 70))
        line = rng.multivariate_normal([40, -1], [[25, -1], [-1, 0.5]]) + [0.1 * (age - 45), -0.8 * (i % 2)]
        seen = WEEKS[: rng.choice([2, 3, 4], p=[0.1, 0.2, 0.7])]
        score = np.round(line[0] + line[1] * seen + rng.normal(0, 3, len(seen)), 1)
        site = "ABC"[i % 7 % 3]
        rows.append(pd.DataFrame({"patient": f"{site}{i:03d}", "site": site, "arm": arm, "sex": sex, "age": age,
                                  "visit": np.arange(len(seen)) + 1, "week": seen, "score": score}))  # fmt: skip
    data = pd.concat(rows, ignore_index=True)
    return data.assign(well=(data["score"] < 38).astype(int), late=(data["week"] > 2).astype(int))
