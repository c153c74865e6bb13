"""Lenstra, Lenstra, Lovasz: a short basis of a lattice, which solves for whole numbers of known sums."""


def reduced(basis):
    """A basis of rows of whole numbers, reduced exactly (Cohen 1993, algorithm 2.6.7)."""
    rows, n = [list(map(int, row)) for row in basis], len(basis)
    d, mu = [1] + [0] * n, [[0] * n for _ in range(n)]
    for k in range(n):
        for j in range(k + 1):
            u = sum(x * y for x, y in zip(rows[k], rows[j], strict=True))
            for i in range(j):
                u = (d[i + 1] * u - mu[k][i] * mu[j][i]) // d[i]
            if j < k:
                mu[k][j] = u
            else:
                d[k + 1] = u

    def shortened(k, j):
        if 2 * abs(mu[k][j]) > d[j + 1]:
            q = (2 * mu[k][j] + d[j + 1]) // (2 * d[j + 1])
            rows[k] = [x - q * y for x, y in zip(rows[k], rows[j], strict=True)]
            mu[k][j] -= q * d[j + 1]
            for i in range(j):
                mu[k][i] -= q * mu[j][i]

    k = 1
    while k < n:
        shortened(k, k - 1)
        if 4 * (d[k + 1] * d[k - 1] + mu[k][k - 1] ** 2) >= 3 * d[k] ** 2:
            for j in reversed(range(k - 1)):
                shortened(k, j)
            k += 1
            continue
        rows[k], rows[k - 1] = rows[k - 1], rows[k]
        mu[k][: k - 1], mu[k - 1][: k - 1] = mu[k - 1][: k - 1], mu[k][: k - 1]
        m = mu[k][k - 1]
        new = (d[k - 1] * d[k + 1] + m * m) // d[k]
        for i in range(k + 1, n):
            old = mu[i][k]
            mu[i][k] = (d[k + 1] * mu[i][k - 1] - m * old) // d[k]
            mu[i][k - 1] = (new * old + m * mu[i][k]) // d[k + 1]
        d[k], k = new, max(1, k - 1)
    return rows
