"""Answers to each exercise that asks for a formula: three that are right, five that are wrong."""

ANSWERS = {
    "sitting-fork": (
        ["y + 1", "1 + y", "2y + 1 - y"],
        ["y", "x + 1", "1", "x*y", "y - 1"],
    ),
    "sitting-square-root": (
        ["u/(2a)", "u*1/2*1/a", "0.5u/sqrt(a^2)"],
        ["u/2", "2u*a", "1/(2a)", "u/(2*sqrt(a))", "u/a"],
    ),
    "sitting-max": (
        ["z + 1", "1 + z", "y - (y - 1) + z"],
        ["z", "1", "y + 1", "y*z", "z - 1"],
    ),
    "calculus-reciprocal": (
        ["-2x/(1 + x^2)^2", "-2x*(1 + x^2)^-2", "-(2x)/(x^4 + 2x^2 + 1)"],
        ["2x/(1 + x^2)^2", "-1/(1 + x^2)^2", "1/(2x)", "-2x/(1 + x^2)", "-2x/(1 + x^4)"],
    ),
    "calculus-bell": (
        ["-x*exp(-x^2/2)", "-x/e^(x^2/2)", "-x*sqrt(exp(-x^2))"],
        ["exp(-x^2/2)", "x*exp(-x^2/2)", "-x*exp(x^2/2)", "-2x*exp(-x^2/2)", "-x*exp(-x)"],
    ),
    "calculus-power": (
        ["x^x*(1 + ln(x))", "x^x + x^x*ln(x)", "x^(x - 1)*x*(ln(x) + 1)"],
        ["x^x", "x*x^(x - 1)", "x^x*ln(x)", "x^x*(1 - ln(x))", "1 + ln(x)"],
    ),
    "calculus-flat": (
        ["4w^3 - 4w", "4w(w - 1)(w + 1)", "4w(w^2 - 1)"],
        ["4w^3 - 2w", "w^3 - w", "4w^3", "4w(w - 1)", "4w^3 + 4w"],
    ),
    "calculus-matrix": (
        ["2r*x", "x*2*r", "(r + r)*x"],
        ["2r", "r*x", "2x", "-2r*x", "2r*x^2"],
    ),
    "sigmoid-value": (
        ["3/16", "0.1875", "e^(-ln(3))/(1 + e^-ln(3))^2"],
        ["3/4", "1/4", "-3/16", "0.188", "1/0"],
    ),
    "sigmoid-from-output": (
        ["a(1 - a)", "a − a^2", "1/4 - (a - 1/2)**2"],
        ["a", "1 - a", "a^2 - a", "a(1 - a - a)", "a(1 - a)^2"],
    ),
    "sigmoid-second-derivative": (
        ["a(1 - a)(1 - 2a)", "2a^3 - 3a^2 + a", "-tanh(z/2)*(1 - tanh(z/2)^2)/4"],
        ["a(1 - a)", "a(1 - a)(2a - 1)", "σ(z)·(1 − σ(z))^2", "1 - 2a", "0"],
    ),
    "sigmoid-inverse": (
        ["ln(a/(1 - a))", "log(a) - log(1 - a)", "-ln(1/a - 1)"],
        ["ln(a)/ln(1 - a)", "ln((1 - a)/a)", "1/(1 + e^a)", "ln(a)", "ln(a) + ln(1 - a)"],
    ),
    "sigmoid-inverse-slope": (
        ["1/(a(1 - a))", "1/a + 1/(1 - a)", "(a - a^2)^-1"],
        ["a(1 - a)", "1/a - 1/(1 - a)", "1/a", "1/(1 - a)", "-1/(a(1 - a))"],
    ),
    "sigmoid-two-classes": (
        ["u - v", "ln(e^u/e^v)", "-(v - u)"],
        ["u + v", "v - u", "u", "u/v", "abs(u - v)"],
    ),
    "tanh-value": (
        ["16/25", "0.64", "1 - (3/5)^2"],
        ["3/5", "9/25", "0.63", "-16/25", "4/5"],
    ),
    "tanh-second-derivative": (
        ["-2a(1 - a^2)", "2a^3 - 2a", "2a(a - 1)(a + 1)"],
        ["2a(1 - a^2)", "-2a", "1 - a^2", "-2a(1 - a)^2", "a(1 - a)(1 - 2a)"],
    ),
    "elu-derivative": (
        ["alpha*e^z", "a + alpha", "α·exp(z)"],
        ["a", "e^z", "alpha", "alpha*z*e^z", "a - alpha"],
    ),
    "silu-slope": (
        ["3/4 + 3ln(3)/16", "sigma(ln(3)) + ln(3)*3/16", "(12 + 3ln(3))/16"],
        ["3/4", "3/16", "3/4*ln(3)", "3/4 + 3/16", "0.956"],
    ),
    "swish-beta": (
        [
            "z^2*sigma(beta*z)*(1 - sigma(beta*z))",
            "z^2*e^(-beta*z)/(1 + e^(-beta*z))^2",
            "z^2*(1 - tanh(beta*z/2)^2)/4",
        ],
        [
            "z*sigma(beta*z)*(1 - sigma(beta*z))",
            "sigma(beta*z)",
            "z^2*sigma(z)*(1 - sigma(z))",
            "beta*z*sigma(beta*z)*(1 - sigma(beta*z))",
            "0",
        ],
    ),
    "softmax-entry": (
        ["-1/6", "-(1/2)*(1/3)", "-2/12"],
        ["1/6", "0", "1/4", "-1/12", "1/3"],
    ),
    "softmax-temperature": (
        [
            "(v - u)/T^2*sigma((u - v)/T)*(1 - sigma((u - v)/T))",
            "-(u - v)*e^((u + v)/T)/(T*(e^(u/T) + e^(v/T)))^2",
            "(v - u)*sigma((u - v)/T)*sigma((v - u)/T)/(T*T)",
        ],
        [
            "(u - v)/T^2*sigma((u - v)/T)*(1 - sigma((u - v)/T))",
            "sigma((u - v)/T)*(1 - sigma((u - v)/T))",
            "-(u - v)/T*sigma((u - v)/T)*(1 - sigma((u - v)/T))",
            "-sigma((u - v)/T)*(1 - sigma((u - v)/T))/T^2",
            "-u/T^2*sigma((u - v)/T)*(1 - sigma((u - v)/T))",
        ],
    ),
    "loss-certainty": (
        ["e^-3", "1/e^3", "exp(-2)/exp(1)"],
        ["3", "e^3", "-ln(3)", "0.05", "1/3"],
    ),
    "mean-squared-error-gradient": (
        ["2(yhat - y)/n", "(2yhat - 2y)/n", "-2(y - yhat)/n"],
        ["2(yhat - y)", "(yhat - y)/n", "2(y - yhat)/n", "2abs(yhat - y)/n", "(yhat - y)^2/n"],
    ),
    "huber-gradient": (
        [
            "max(-t, min(t, yhat - y))",
            "sign(yhat - y)*min(t, abs(yhat - y))",
            "(abs(yhat - y + t) - abs(yhat - y - t))/2",
        ],
        [
            "sign(yhat - y)",
            "t*sign(yhat - y)",
            "yhat - y",
            "min(t, yhat - y)",
            "max(-1, min(1, yhat - y))",
        ],
    ),
    "log-cosh-gradient": (
        ["tanh(r)", "(e^r - e^-r)/(e^r + e^-r)", "2sigma(2r) - 1"],
        ["sign(r)", "r", "sigma(r)", "-tanh(r)", "1/tanh(r)"],
    ),
    "squared-hinge-gradient": (
        ["-2y*max(0, 1 - y*yhat)", "-y*(abs(1 - y*yhat) + 1 - y*yhat)", "2y*min(0, y*yhat - 1)"],
        [
            "-2max(0, 1 - y*yhat)",
            "-y*max(0, 1 - y*yhat)",
            "2y*max(0, 1 - y*yhat)",
            "-2y(1 - y*yhat)",
            "-2y",
        ],
    ),
    "squared-error-of-a-sigmoid": (
        ["2(a - y)a(1 - a)", "2(a - y)(a - a^2)", "-2(y - a)(1 - a)a"],
        ["2(a - y)", "a - y", "2(y - a)a(1 - a)", "2(a - y)a", "(a - y)a(1 - a)"],
    ),
    "logit-curvature": (
        ["a(1 - a)", "sigma(z)*sigma(-z)", "e^-z/(1 + e^-z)^2"],
        ["a", "1", "a - a(1 - a)", "a(a - 1)", "a(1 - a)(1 - 2a)"],
    ),
    "focal-loss-gradient": (
        [
            "2(1 - p)ln(p) - (1 - p)^2/p",
            "(1 - p)(2p*ln(p) + p - 1)/p",
            "-(1 - p)^2/p - (2p - 2)ln(p)",
        ],
        ["-(1 - p)^2/p", "-1/p", "2(1 - p)/p", "-2(1 - p)ln(p) - (1 - p)^2/p", "2(1 - p)ln(p)"],
    ),
    "network-count": (
        ["130", "8*5 + 8*9 + 2*9", "32 + 8 + 64 + 8 + 16 + 2"],
        ["112", "22", "134", "126", "4*8*8*2"],
    ),
    "network-budget": (
        ["125", "99375/795", "5^3"],
        ["126", "99990/795", "127", "100000/784", "100"],
    ),
    "network-equal-layers": (
        ["L*n*(n + 1)", "L*(n^2 + n)", "n*L + L*n^2"],
        ["L*n^2", "(L - 1)*n*(n + 1)", "L*(n^2 + 1)", "L*n*(n + 1) + n", "(L*n)^2"],
    ),
    "network-collapsed-bias": (
        ["v*b + c", "c + b*v", "c - v*(-b)"],
        ["b + c", "v*b*c", "v*(b + c)", "w*b + c", "v*w"],
    ),
    "network-xor-affine": (["2", "1 + 1 - 0", "4/2"], ["0", "1", "3", "-1", "1/2"]),
    "network-xor-weight": (["2", "1 + 1", "4/2"], ["-2", "-1", "0", "1", "1/2"]),
    "network-relu-floor": (
        ["min(0, y)^2", "max(0, -y)^2", "((y - abs(y))/2)^2"],
        ["y^2", "max(0, y)^2", "min(0, y)", "0", "(1 + y)^2"],
    ),
    "network-orders": (
        ["4320", "720*6", "(6*5*4*3*2)*(3*2)"],
        ["726", "720", "18", "9", "518400"],
    ),
    "size-first-layer": (
        ["112", "floor((224 + 6 - 7)/2) + 1", "ceil(223/2)"],
        ["111", "112.5", "223", "110", "ln(-1)"],
    ),
    "size-same-padding": (
        ["d(f - 1)/2", "(d*f - d)/2", "0.5 d f - 0.5 d"],
        ["(f - 1)/2", "d*f/2", "d(f - 1)", "d(f + 1)/2", "floor(d(f - 1)/2)"],
    ),
    "size-same-total": (
        ["5", "111*2 + 7 - 224", "(ceil(224/2) - 1)*2 + 7 - 224"],
        ["6", "3", "2", "7", "112*2 + 7 - 224"],
    ),
    "size-enlarge": (
        ["s/2", "0.5 s", "(2s - s)/2"],
        ["s", "s - 1", "(s - 1)/2", "(s + 1)/2", "2s"],
    ),
    "size-vgg-field": (
        ["212", "1 + 5 + 10 + 28 + 56 + 112", "211 + 1"],
        ["224", "211", "196", "180", "32"],
    ),
    "size-doubling": (
        ["2^L", "2*2^(L - 1)", "1 + (2^L - 1)"],
        ["2^L - 1", "2^(L - 1)", "2^L + 1", "L + 1", "2L"],
    ),
    "size-half": (
        ["ceil(n/2)", "floor((n - 1)/2) + 1", "floor((n + 1)/2)"],
        ["n/2", "floor(n/2)", "floor(n/2) + 1", "(n + 1)/2", "ceil((n + 1)/2)"],
    ),
    "size-left-over": (
        [
            "n + 2p - f - s*floor((n + 2p - f)/s)",
            "n + 2p - f - s*(ceil((n + 2p - f + 1)/s) - 1)",
            "n + 2p - (f + s*floor((n + 2p - f)/s))",
        ],
        [
            "n + 2p - f",
            "n - f - s*floor((n - f)/s)",
            "n + 2p - f + 1 - s*floor((n + 2p - f + 1)/s)",
            "floor((n + 2p - f)/s)",
            "0",
        ],
    ),
    "size-back": (
        ["(o - 1)s + r + f - 2p", "o*s - s + r + f - 2p", "f + r + s(o - 1) - p - p"],
        [
            "o s + r + f - 2p",
            "(o - 1)s + f - 2p",
            "(o - 1)s + r + f + 2p",
            "(o - 1)s + r + f - p",
            "(o - 1)(s + r) + f - 2p",
        ],
    ),
    "vanishing-factors": (
        ["19", "2*9 + 1", "10 + 9"],
        ["21", "20", "18", "17", "10"],
    ),
    "vanishing-paths": (
        ["n^(d - 1)", "n^d/n", "n*n^(d - 2)"],
        ["n^d", "n*d", "n*(d - 1)", "n^(d + 1)", "d^(n - 1)"],
    ),
    "vanishing-underflow": (
        ["75", "150/2", "74 + 1"],
        ["74", "63", "64", "149", "76"],
    ),
    "vanishing-rate": (
        ["1/(2x^2)", "x^-2/2", "0.5/(x*x)"],
        ["1/x^2", "1/(2x)", "2/x^2", "-1/(2x^2)", "2x^2"],
    ),
    "vanishing-clip": (
        ["max(-T, min(T, g))", "sign(g)*min(abs(g), T)", "min(T, max(g, -T))"],
        ["min(T, g)", "T", "sign(g)*T", "min(abs(g), T)", "max(-T, g)"],
    ),
    "vanishing-uniform": (
        ["sqrt(6/(n + p))", "(6/(p + n))^(1/2)", "sqrt(6)/sqrt(n + p)"],
        ["sqrt(2/(n + p))", "sqrt(3/(n + p))", "6/(n + p)", "sqrt(6/p)", "sqrt(6/n)"],
    ),
    "vanishing-leaky": (
        ["2/(p(1 + s^2))", "2/(p + p*s^2)", "1/(p*(1 + s^2)/2)"],
        ["2/p", "2/(p(1 + s))", "1/(p(1 + s^2))", "2/(p*(1 + s)^2)", "2/(p(1 - s^2))"],
    ),
    "vanishing-residual": (
        ["e^x", "exp(x)", "1/exp(-x)"],
        ["1 + x", "1", "x", "e", "exp(-x)"],
    ),
    "price-digits": (
        ["4830", "2220 + 2610", "3*2220 - 64*30 + 3*10 + 2*30"],
        ["2220", "2610", "6660", "4800", "4840"],
    ),
    "price-one-hidden-layer": (
        ["2p q + 3q*r + 2q + 3r", "3(p q + q r) - p q + 3r + 2q", "q(2p + 2) + 3r(q + 1)"],
        ["2(p q + q r)", "3(p q + q r)", "p q + 2q r + 2q + 3r", "3p q + 2q r + 2q + 3r", "p q"],
    ),
    "price-relu-softmax": (
        ["p q + 2q r", "2(p q + q r) - p q", "q(p + 2r)"],
        ["2(p q + q r)", "p q + q r", "p q + 2q r + 2q + 3r", "2p q + q r", "p q + 2q r + q"],
    ),
    "price-equal-widths": (
        ["(3L - 1)n^2 + (2L + 1)n", "3L n^2 - n^2 + 3n + 2(L - 1)n", "n(3L n - n + 2L + 1)"],
        ["3L n^2", "2L n^2", "(3L - 1)n^2", "3L n^2 + (2L + 1)n", "(3L - 1)n^2 + 2L n"],
    ),
    "price-centred": (
        ["2(q(p + 1) + r(q + 1))", "2p q + 2q + 2q r + 2r", "2((p + 1)q + (q + 1)r)"],
        [
            "q(p + 1) + r(q + 1)",
            "2(p q + q r)",
            "q(p + 1) + r(q + 1) + 1",
            "2p q r",
            "2(p + q + r)",
        ],
    ),
    "price-jacobian": (
        ["min(p, r)*S", "S*(p + r - abs(p - r))/2", "min(S p, S r)"],
        ["p*S", "r*S", "max(p, r)*S", "S", "p*r*S"],
    ),
    "price-checkpoints": (
        ["2sqrt(L)", "2*L^(1/2)", "sqrt(4L)"],
        ["sqrt(L)", "L", "L/2 + 2", "2L", "L/2"],
    ),
    "delta-entries": (
        ["30m", "m*30", "15*2m"],
        ["30", "m", "784m", "30*784*m", "10m"],
    ),
    "delta-by-hand": (
        ["8/25", "0.32", "(3*0.5 - 1)*(1 - 0.6^2)"],
        ["0.5", "0.64", "-0.32", "0.3", "1.6"],
    ),
    "delta-weight-decay": (
        ["delta*a + c*w", "c*w + a*delta", "a*(delta + c*w/a)"],
        ["delta*a", "delta*a + c*w^2/2", "delta*a + c*w/2", "delta*a + 2c*w", "delta*(a + c*w)"],
    ),
    "delta-temperature": (
        ["(p - y)/T", "p/T - y/T", "-(y - p)/T"],
        ["p - y", "(p - y)*T", "(y - p)/T", "p/T - y", "(p - y)/T^2"],
    ),
    "delta-shared-weight": (
        ["u*x + v*a", "v*a + x*u", "a v + u x"],
        ["u*x", "v*a", "(u + v)*x", "u*a + v*x", "u*x*v*a"],
    ),
    "delta-skip": (
        ["u(1 + w*s)", "u + u*w*s", "u*s*w + u"],
        ["u*w*s", "u(1 + s)", "u*w", "1 + w*s", "u + w*s"],
    ),
    "delta-forward-step": (
        ["sqrt(B/A)", "(B/A)^(1/2)", "sqrt(A*B)/A"],
        ["B/A", "sqrt(A/B)", "(B/(2A))^(1/3)", "sqrt(B)", "sqrt(A*B)"],
    ),
    "neuron-updates": (
        ["80", "5*ceil(1000/64)", "5(floor(999/64) + 1)"],
        ["75", "16", "78.125", "5000", "1/0"],
    ),
    "neuron-first-step": (
        ["0.264", "33/125", "0.02*66/5"],
        ["-0.264", "26.4", "0.132", "0.128", "0.064"],
    ),
    "neuron-limit": (
        ["1/c", "2/(2c)", "c^-1"],
        ["2/c", "1/(2c)", "c", "4/c", "1 - c"],
    ),
    "neuron-best-rate": (
        ["2/(s + f)", "1/((s + f)/2)", "2/(f + s)"],
        ["2/s", "1/(s + f)", "2/(s - f)", "1/s", "(s - f)/(s + f)"],
    ),
    "neuron-centred": (
        ["25/74", "2/5.92", "1/2.96"],
        ["0.338", "2/2.96", "25/37", "1", "2/27.9768"],
    ),
    "neuron-lowest-cost": (
        ["p(1 - p)", "p - p^2", "1/4 - (p - 1/2)^2"],
        ["p", "1/4", "(1 - p)^2", "2p(1 - p)", "p^2"],
    ),
    "neuron-squared-error": (
        ["2(a - y)a(1 - a)x", "2x(a - y)(a - a^2)", "-2(y - a)(1 - a)a*x"],
        ["2(a - y)x", "(a - y)x", "2(a - y)a(1 - a)", "2(y - a)a(1 - a)x", "2(a - y)a*x"],
    ),
    "chain-paths": (
        ["15", "5*3", "60/4"],
        ["60", "12", "20", "8", "3"],
    ),
    "chain-tanh-weight": (
        ["(a - y)v(1 - h^2)x", "x*v*(1 - h)(1 + h)(a - y)", "-(y - a)*v*x*(1 - h*h)"],
        ["(a - y)v*h(1 - h)x", "(a - y)v*h*x", "(a - y)(1 - h^2)x", "(y - a)v(1 - h^2)x", "0"],
    ),
    "chain-three-hidden": (
        ["(a - y)v*h(1 - h)", "v(a - y)(h - h^2)", "(y - a)v*h(h - 1)"],
        ["(a - y)v*h", "(a - y)h(1 - h)", "(a - y)a(1 - a)v*h(1 - h)", "(a - y)v", "(a - y)h"],
    ),
    "chain-input": (
        ["p*v + q*w", "v*p + w*q", "(2p*v + 2q*w)/2"],
        ["p*v", "p*w + q*v", "(p + q)(v + w)", "p*v*q*w", "v + w"],
    ),
    "chain-skip": (
        [
            "2(r*h + s*x - y)(r(1 - h^2)w + s)",
            "2(s*x - y + h*r)(s + r*w - r*w*h^2)",
            "-2(y - r*h - s*x)(s + r*w(1 - h)(1 + h))",
        ],
        [
            "2(r*h + s*x - y)r(1 - h^2)w",
            "2(r*h + s*x - y)s",
            "2(r*h + s*x - y)(r*h*w + s)",
            "2(r*h - y)(r(1 - h^2)w + s)",
            "2(r*h + s*x - y)(r(1 - h^2)w*s)",
        ],
    ),
    "chain-shared": (
        [
            "2(w*h - y)(h + w(1 - h^2)x)",
            "2(h*w - y)h + 2(h*w - y)w*x(1 - h)(1 + h)",
            "-2(y - h*w)(w*x - w*x*h^2 + h)",
        ],
        [
            "2(w*h - y)h",
            "2(w*h - y)w(1 - h^2)x",
            "2(w*h - y)h*w(1 - h^2)x",
            "(w*h - y)(h + w(1 - h^2)x)",
            "2(w*h - y)(h + (1 - h^2)x)",
        ],
    ),
    "training-updates": (
        ["180000", "30*60000/10", "30*6000"],
        ["30", "6000", "1800000", "18000", "300"],
    ),
    "training-sum": (
        ["alpha/B", "alpha*(1/B)", "2alpha/(2B)"],
        ["alpha", "alpha*B", "B/alpha", "alpha/B^2", "alpha/sqrt(B)"],
    ),
    "training-clones": (
        ["-n*alpha*delta*a", "n*(-alpha*delta*a)", "-(a*delta)*alpha*n"],
        [
            "-alpha*delta*a",
            "n*alpha*delta*a",
            "-alpha*delta*a/n",
            "-n*alpha*delta",
            "-n^2*alpha*delta*a",
        ],
    ),
    "training-bias-alone": (
        [
            "-p*log(p) - (1 - p)*log(1 - p)",
            "p*log(1/p) + (p - 1)*log(1 - p)",
            "-(p*log(p) + log(1 - p)) + p*log(1 - p)",
        ],
        ["log(2)", "-log(p)", "p*log(p) + (1 - p)*log(1 - p)", "-p*log(p)", "p(1 - p)"],
    ),
    "training-two-labels": (
        ["log(2)", "-log(1/2)", "2log(2)/2"],
        ["log(4)", "1/2", "1/4", "0.7", "log(2)/2"],
    ),
    "conv-entry": (
        ["16", "18 - 2", "8 + 9 + 1 - (2 + 1 - 1)"],
        ["-16", "18", "14", "12", "20"],
    ),
    "conv-ramp": (
        ["-6g", "3(g - 3g)", "-(g + 5g)"],
        ["6g", "-2g", "-6h", "-6(g + h)", "0"],
    ),
    "conv-looks": (
        ["f^2*(n - f + 1)^2", "(f*(n - f + 1))^2", "(f*n - f^2 + f)^2"],
        ["(n - f + 1)^2", "f^2*n^2", "f*(n - f + 1)", "f^2*(n - f)^2", "f^2*(n + f - 1)^2"],
    ),
    "conv-share": (
        ["f^2/n^2", "(f/n)^2", "f*f*n^-2"],
        ["f/n", "1/n^2", "f^2/(n - f + 1)^2", "f^2/n^4", "(n - f + 1)^2/n^2"],
    ),
    "conv-merged-bias": (
        ["c + b*S", "b*S + c", "c - b*(-S)"],
        ["b + c", "b*c", "c*S + b", "(b + c)*S", "b*S"],
    ),
    "pooling-size": (
        ["56", "floor(111/2) + 1", "112/2"],
        ["55", "57", "55.5", "112", "37"],
    ),
    "pooling-head": (
        ["K*C(H*W - 1)", "K(C*H*W + 1) - K(C + 1)", "C*K*H*W - C*K"],
        ["K*C*H*W", "K(C*H*W + 1)", "K(C*H*W - 1)", "C(H*W - 1)", "K*C*H*W - C"],
    ),
    "pooling-survives": (
        [
            "(f - t)^2/(2f^2 - (f - t)^2)",
            "(t - f)^2/(f^2 + 2f*t - t^2)",
            "(f^2 - 2f*t + t^2)/(f^2 + 2f*t - t^2)",
        ],
        [
            "(f - t)^2/f^2",
            "(f - t)/(f + t)",
            "(f - t)^2/(f + t)^2",
            "(f - t)^2/(2f^2)",
            "1 - t^2/f^2",
        ],
    ),
    "pooling-merged": (
        ["f + s*h - 1", "f + (s - 1) + (h - 1)s", "s*h + f - 1"],
        ["f + h - 1", "f + s + h - 2", "f*s + h - 1", "f + s*h", "s(f + h - 1)"],
    ),
    "pooling-soft-routing": (
        ["sigma(q(a - b))", "1/(1 + exp(q(b - a)))", "exp(q*a)/(exp(q*a) + exp(q*b))"],
        [
            "sigma(a - b)",
            "q*sigma(q(a - b))",
            "sigma(q(b - a))",
            "1/2",
            "exp(q*a)/(2(exp(q*a) + exp(q*b)))",
        ],
    ),
    "volumes-colours": (
        ["2^(B*C)", "(2^B)^C", "2^(C*B)"],
        ["2^B", "2^(B + C)", "C*2^B", "B*C", "(B*C)^2"],
    ),
    "volumes-alexnet-parameters": (
        ["34944", "96*(3*11*11 + 1)", "96*363 + 96"],
        ["34848", "96*(11*11 + 1)", "96*363 + 3025", "363 + 1", "96*363 + 1"],
    ),
    "volumes-alexnet-multiplications": (
        ["105415200", "55*55*96*363", "55^2*34848"],
        ["34848", "55*55*96*121", "227*227*96*363", "55*96*363", "55*55*34944"],
    ),
    "volumes-small-network": (
        ["9098", "8*10 + 16*73 + 10*785", "80 + 1168 + 7850"],
        ["9088", "80 + 160 + 7850", "8*10 + 16*73 + 10*(28*28*16 + 1)", "9064", "1248"],
    ),
    "volumes-bottleneck": (
        ["2C*B + f^2*B^2", "C*B + f^2*B^2 + B*C", "B*(2C + f^2*B)"],
        ["C*B + f^2*B^2", "2C*B + f^2*B", "f^2*C^2", "2C*B + f^2*C^2", "2C*B*f^2 + B^2"],
    ),
    "volumes-stack": (
        ["9h/(2h + 1)^2", "9*h*(2h + 1)^-2", "9h/(4h^2 + 4h + 1)"],
        ["9/25", "9/(2h + 1)^2", "9h/(2h + 1)", "9^h/(2h + 1)^2", "(2h + 1)^2/(9h)"],
    ),
    "volumes-separable": (
        ["C*(f^2 + 1) + K*(C + 1)", "C*f^2 + C + K*C + K", "C*f^2 + (C + 1)*(K + 1) - 1"],
        [
            "C*f^2 + K*C",
            "C*(f^2 + 1) + K*C",
            "K*(C*f^2 + 1)",
            "f^2 + 1 + K*(C + 1)",
            "C*f^2 + K*(C + 1)",
        ],
    ),
    "cnn-by-hand": (
        ["7", "2*4 - 1*1", "14/2"],
        ["2", "-5", "11", "-7", "1"],
    ),
    "cnn-spread": (
        ["s(o - 1) + f", "s*o - s + f", "(s(o - 1) + 1) + 2(f - 1) - f + 1"],
        ["s*o + f", "o + f - 1", "s(o - 1) + 1", "s(o - 1) - f + 2", "s(o - 1) + 2f - 1"],
    ),
    "cnn-dilation": (
        ["s*i + d*u - p", "i*s - p + u*d", "-(p - s*i - d*u)"],
        ["s*i + u - p", "s*i + d*u + p", "d*i + s*u - p", "s*d*(i + u) - p", "i + d*u - p"],
    ),
    "cnn-near-tie": (
        ["(h - t)/(2h)", "1/2 - t/(2h)", "(1 - t/h)/2"],
        ["1/2", "(h - t)/h", "0", "(h + t)/(2h)", "t/(2h)"],
    ),
}

WRITTEN_OUT = [
    ("chain-skip", "2(r*tanh(w x) + s x - y)(r w (1 - tanh(w x)^2) + s)"),
    ("chain-skip", "2(r h + s x - y)(r w (1 - tanh(wx)^2) + s)"),
    ("chain-shared", "2(w tanh(w x) - y)(h + w x/cosh(w x)^2)"),
    ("chain-tanh-weight", "(a - y) v abs(1 - h^2) x"),
    ("sigmoid-inverse", "-ln(abs(1/a - 1))"),
    ("neuron-best-rate", "2/(max(s, f) + min(s, f))"),
    ("neuron-best-rate", "2/(2f + abs(s - f))"),
    ("softmax-temperature", "-(u - v)/T^2*p(1 - p)"),
    ("pooling-soft-routing", "e^(q*a)/(2e^(q*z))"),
    ("size-same-padding", "(F - 1)/2"),
    ("size-doubling", "e^(L ln(2))"),
    ("log-cosh-gradient", "sinh(r)/cosh(r)"),
    ("network-relu-floor", "relu(-y)^2"),
    ("volumes-alexnet-multiplications", "105,415,200"),
    (
        "mean-squared-error-gradient",
        r"\partial L/\partial\hat y = \frac{2(\hat y - y)}{n}",
    ),
    ("mean-squared-error-gradient", "2(ŷ − y)/n"),
    ("delta-weight-decay", "δa + cw"),
    ("conv-merged-bias", "c + bS"),
    ("volumes-bottleneck", "2CB + f²B²"),
    ("conv-looks", "f^2(n-f+1)^2"),
    ("swish-beta", r"z^2\sigma(\beta z)\left(1 - \sigma(\beta z)\right)"),
    ("size-half", "⌈n/2⌉"),
    ("calculus-reciprocal", r"y' = -2x/(1+x²)²"),
    ("calculus-reciprocal", r"\frac{dy}{dx} = -\frac{2x}{\left(1+x^2\right)^2}"),
    ("calculus-reciprocal", r"\(-\frac{2x}{(1+x^{2})^{2}}\)"),
    ("calculus-reciprocal", r"$$-2x(1+x^2)^{-2}.$$"),
    ("calculus-bell", r"-x e^{-½x²}"),
    ("calculus-bell", r"-x*math.e**(-x**2/2)"),
    ("calculus-bell", r"-x\exp\left(-\frac{x^2}{2}\right)"),
    ("calculus-power", r"x^x(1+ln x)"),
    ("calculus-power", r"x^x ln(x) + x^x"),
    ("calculus-power", r"e^{x \ln x}(1+\ln x)"),
    ("calculus-flat", r"4w(w-1)(w+1) = 4w³−4w"),
    ("calculus-matrix", r"2 r_k x_j"),
    ("sigmoid-value", r"σ'(ln3) = ¾·¼ = 3/16"),
    ("sigmoid-value", r"σ(ln 3)(1-σ(ln 3))"),
    ("sigmoid-inverse", r"\ln\frac{a}{1-a}"),
    ("sigmoid-inverse", r"z = ln a - ln(1-a)"),
    ("tanh-value", r"1-tanh(ln 2)²"),
    ("tanh-second-derivative", r"−2·a·(1−a²)"),
    ("elu-derivative", r"alpha exp z"),
    ("silu-slope", r"\frac{3}{4}+\frac{3}{16}\ln 3"),
    ("silu-slope", r"(3/16)(4 + ln 3)"),
    ("softmax-entry", r"-p₁p₂ = −1/6"),
    ("softmax-temperature", r"\frac{v-u}{T^2}p(1-p)"),
    ("loss-certainty", r"e⁻³"),
    ("loss-certainty", r"np.exp(-3)"),
    ("loss-certainty", r"p ≈ 0.049787068"),
    ("mean-squared-error-gradient", r"(2/n)(ŷ₁ - y₁)"),
    ("mean-squared-error-gradient", r"2(y_hat - y)/n"),
    ("mean-squared-error-gradient", r"\frac2n(\hat y_1 - y_{1})"),
    ("huber-gradient", r"np.clip(yhat - y, -t, t)"),
    ("log-cosh-gradient", r"sinh r / cosh r"),
    ("squared-hinge-gradient", r"-2 y \max(0, 1 - y \hat y)"),
    ("focal-loss-gradient", r"2(1-p) ln p - (1-p)²/p"),
    ("neuron-squared-error", r"2(a-y)·a·(1-a)·x_j"),
    ("network-equal-layers", r"Ln(n+1)"),
    ("network-orders", r"4 320"),
    ("network-relu-floor", r"(y - |y|)²/4"),
    ("delta-entries", r"30\times m"),
    ("delta-temperature", r"\frac1T(p-y)"),
    ("delta-forward-step", r"\sqrt\frac{B}{A}"),
    ("delta-forward-step", r"(B/A)^½"),
    ("delta-forward-step", r"√B/√A"),
    ("training-updates", r"180 000"),
    ("training-updates", r"180_000"),
    ("training-updates", r"1.8·10^5"),
    ("training-clones", r"−n α δ a"),
    ("training-bias-alone", r"-p ln p - (1-p) ln(1-p)"),
    ("training-two-labels", r"ln2"),
    ("training-two-labels", r"0.693147181"),
    ("vanishing-clip", r"min(max(g, −T), T)"),
    ("vanishing-uniform", r"√6/√(n+p)"),
    ("vanishing-residual", r"e^{x}"),
    ("price-jacobian", r"S·min(p, r)"),
    ("price-checkpoints", r"2\sqrt L"),
    ("conv-share", r"\left(\frac{f}{n}\right)^2"),
    ("size-first-layer", r"(224+2*3-7)//2+1"),
    ("size-first-layer", r"⌊(224+6−7)/2⌋+1"),
    ("size-same-padding", r"½d(f−1)"),
    ("size-half", r"\left\lceil\frac n2\right\rceil"),
    ("size-half", r"(n+1)//2"),
    ("size-left-over", r"(n+2p-f) mod s"),
    ("size-left-over", r"(n+2p-f) % s"),
    ("pooling-soft-routing", r"e^{qa}/(e^{qa}+e^{qb})"),
    ("volumes-alexnet-multiplications", r"105\,415\,200"),
    ("cnn-near-tie", r"½(1 − t/h)"),
]
"""Right answers that write a quantity out, or are typed as the page or a student writes them."""

NUMBERS = {
    "activations-stretched": (
        ["2, 2, -1", "-2; -2; 1", "1/2, 8, -1/4"],
        ["4, 1, -2", "2, 2, 0", "1, 1, -1/2", "2, 2", "0, 0, 0"],
    ),
    "loss-two-prices": (
        ["3, 1", "30, 10", "2.5, 1"],
        ["1, 1", "4, 1", "7/3, 1", "-3, -1", "1, 3"],
    ),
    "network-agree": (
        ["1,1,0,1,1,-1,-1,2,1", "1,-1,0,-1,1,0,-1,-1,1", "[[-2,2,0],[2,-2,0],[-1/2,-1/2,1]]"],
        ["1,1,0,1,1,-1,1,-2,0", "1,1,0,1,1,-1,-1,2", "0,0,0,0,0,0,0,0,1", "1,1,1,1,1,1,1,1,1"],
    ),
    "conv-sharpen": (
        ["0,-1,0,-1,5,-1,0,-1,0", "[[-1,-1,-1],[-1,9,-1],[-1,-1,-1]]", "0,0,0,-1,3,-1,0,0,0"],
        ["0,0,0,0,1,0,0,0,0", "0,-1,0,-1,4,-1,0,-1,0", "0,0,0,-2,2,1,0,0,0", "0,-1,0,0,2,0,0,0,0"],
    ),
    "size-two-layers": (
        ["4, 0, 4, 3, 1, 1", "2, 0, 2, 6, 2, 2"],
        [
            "4,1,2,4,1,2",
            "3,1,2,3,1,2",
            "4,0,4,3,0,1",
            "1,0,1,25,0,1",
            "4,0,4,3,1,0",
            "4,0,4,3,1,1.5",
        ],
    ),
    "neuron-bug": (["8", "16/2"], ["0", "14", "7", "9", "1.5", "1, 2"]),
    "delta-bug": (["7"], ["8", "10", "15"]),
    "training-bug": (["4"], ["7", "1", "14"]),
    "vanishing-bug": (["5"], ["4", "6", "9"]),
    "cnn-bug": (["11"], ["7", "8", "13"]),
}
"""Answers to each exercise that asks for numbers: some that are right, some that are wrong."""
