"""RNN, LSTM and GRU as the ONNX operator definitions have them, in NumPy, equation by equation.

W, R and B have one entry for each direction in their first axis; rows are outputs, the opposite of ours.
The results are Y `[t, directions, n, h]`, Y_h and, of an LSTM, Y_c.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn(X, W, R, B, initial_h, direction):
    """Ht = tanh(Xt Wi^T + Ht-1 Ri^T + Wbi + Rbi)."""

    def cell(x, state, w, r, b):
        (h,), (wb, rb) = state, np.split(b, 2)
        return (np.tanh(x @ w.T + h @ r.T + wb + rb),)

    return _run(cell, X, W, R, B, [initial_h], direction)


def lstm(X, W, R, B, initial_h, initial_c, direction):
    """Rows in the order i, o, f, c; no peepholes."""

    def cell(x, state, w, r, b):
        (H, C), (wi, wo, wf, wc), (ri, ro, rf, rc) = state, np.split(w, 4), np.split(r, 4)
        wbi, wbo, wbf, wbc, rbi, rbo, rbf, rbc = np.split(b, 8)
        it = sigmoid(x @ wi.T + H @ ri.T + wbi + rbi)
        ft = sigmoid(x @ wf.T + H @ rf.T + wbf + rbf)
        ct = np.tanh(x @ wc.T + H @ rc.T + wbc + rbc)
        Ct = ft * C + it * ct
        ot = sigmoid(x @ wo.T + H @ ro.T + wbo + rbo)
        return ot * np.tanh(Ct), Ct

    return _run(cell, X, W, R, B, [initial_h, initial_c], direction)


def gru(X, W, R, B, initial_h, direction, linear_before_reset):
    """Rows in the order z, r, h."""

    def cell(x, state, w, r, b):
        (H,), (wz, wr, wh), (rz, rr, rh) = state, np.split(w, 3), np.split(r, 3)
        wbz, wbr, wbh, rbz, rbr, rbh = np.split(b, 6)
        zt = sigmoid(x @ wz.T + H @ rz.T + wbz + rbz)
        rt = sigmoid(x @ wr.T + H @ rr.T + wbr + rbr)
        if linear_before_reset:
            ht = np.tanh(x @ wh.T + rt * (H @ rh.T + rbh) + wbh)
        else:
            ht = np.tanh(x @ wh.T + (rt * H) @ rh.T + rbh + wbh)
        return ((1 - zt) * ht + zt * H,)

    return _run(cell, X, W, R, B, [initial_h], direction)


def _run(cell, X, W, R, B, initial, direction):
    backwards = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[direction]
    Y = np.zeros((len(X), len(backwards), X.shape[1], R.shape[2]))
    last = [[] for _ in initial]
    for number, reverse in enumerate(backwards):
        state = tuple(a[number] for a in initial)
        for t in reversed(range(len(X))) if reverse else range(len(X)):
            state = cell(X[t], state, W[number], R[number], B[number])
            Y[t, number] = state[0]
        for final, value in zip(last, state, strict=True):
            final.append(value)
    return Y, *map(np.array, last)
