"""Two hints to an exercise: first a nudge, then the first step.

What stands between dollars is a formula as one types it into an answer box, which typesets it.
"""

from collections.abc import Mapping


class Hint(str):
    """A hint, shown in a notebook without quotes."""

    def __repr__(self) -> str:
        """Return the words; the formulas can be read as they are."""
        return self.replace("$", "")


HINTS: Mapping[str, tuple[str, str]] = {
    "sitting-fork": (
        "x leaves on two wires.",
        "Write the slope that comes back on each wire, then add the two.",
    ),
    "sitting-max": (
        "y goes into two gates.",
        "The maximum hands all of its slope to the larger input. Which slope arrives there?",
    ),
    "sitting-square-root": (
        "The slope of √x is known. Where does x occur in it?",
        "√x is the output a: replace it in $1/(2√x)$, then think of the slope that arrives.",
    ),
    "calculus-reciprocal": (
        "It is one over a function, and that function is a polynomial.",
        "The slope of $1/u$ by u is $-1/u^2$; take u = 1 + x² and multiply by the slope of u.",
    ),
    "calculus-bell": (
        "There is a function inside the exponential.",
        "Differentiate the exponent alone first.",
    ),
    "calculus-power": (
        "Neither the rule for powers nor the one for exponentials fits: both places vary.",
        "Write it as $exp(x ln(x))$ and use the chain rule.",
    ),
    "calculus-flat": (
        "Expand the square, or use the chain rule.",
        "The outer function is a square, with the slope $2u$; the inner one is w² − 1.",
    ),
    "calculus-matrix": (
        "Only one entry of Wx depends on the weight in row k.",
        "The weight in row k, column j is multiplied by one number: which? Then square and derive.",
    ),
    "sigmoid-value": (
        "The slope can be found from the value alone.",
        "Find $e^(-ln(3))$ first, and from it σ(ln 3).",
    ),
    "sigmoid-from-output": (
        "The chapter's first result gives the slope through σ(z).",
        "Everywhere in it, write a for σ(z).",
    ),
    "sigmoid-second-derivative": (
        "Differentiate the first derivative, not the quotient.",
        "Differentiate a − a² by a, and multiply by the slope of a by z.",
    ),
    "sigmoid-inverse": (
        "Solve $1/(1 + e^-z)$ for z, when its value a is given.",
        "Find $e^-z$ in terms of a first.",
    ),
    "sigmoid-inverse-slope": (
        "There is a rule for the slope of an inverse.",
        "Take one over the slope of the sigmoid, written in a.",
    ),
    "sigmoid-two-classes": (
        "Bring the softmax of the first class into the form of a sigmoid.",
        "Divide numerator and denominator by $e^u$.",
    ),
    "tanh-value": (
        "The slope can be found from the value.",
        "With z = ln 2, $e^z$ and $e^(-z)$ are simple numbers: find tanh(ln 2).",
    ),
    "tanh-second-derivative": (
        "Differentiate the first derivative, written in a.",
        "The slope of 1 − a² by a, times the slope of a by z.",
    ),
    "elu-derivative": (
        "Below 0, only one of the two formulas counts.",
        "The constant in the bracket drops out.",
    ),
    "silu-slope": (
        "silu is a product: z times σ(z).",
        "By the product rule it is σ(z) plus z times the slope of σ; σ(ln 3) is $3/4$.",
    ),
    "swish-beta": (
        "The factor z in front does not depend on β.",
        "The chain rule, with βz inside: its derivative by β is z.",
    ),
    "softmax-entry": (
        "Off the diagonal of the Jacobian there is one product.",
        "A higher z₂ takes from p₁: the product of the two probabilities, with its sign.",
    ),
    "softmax-temperature": (
        "Of two classes, the first probability is a sigmoid of the difference of the scores.",
        "It is $σ((u - v)/T)$; how does what is inside change with T?",
    ),
    "loss-certainty": (
        "Write down the loss for one example as a formula in the probability.",
        "Set −ln p equal to 3.",
    ),
    "mean-squared-error-gradient": (
        "Only one of the terms of the sum depends on ŷ₁.",
        "Differentiate its square; the mean keeps its factor $1/n$.",
    ),
    "huber-gradient": (
        "Near the target the slope is the residual; far away it no longer grows.",
        "Put the residual between two bounds: no larger than t, no smaller than −t.",
    ),
    "log-cosh-gradient": (
        "Write the slope of the logarithm as a quotient.",
        "The numerator is the slope of what is inside the logarithm. Which quotient is that?",
    ),
    "squared-hinge-gradient": (
        "A square of a function: the chain rule.",
        "Twice the maximum, times the slope of what is inside where it is positive.",
    ),
    "squared-error-of-a-sigmoid": (
        "Two links: from the loss to a, from a to z.",
        "The first is $2(a - y)$. What is the slope of the sigmoid, in a?",
    ),
    "logit-curvature": (
        "The first derivative is a − y. What in it depends on z?",
        "Only a does.",
    ),
    "focal-loss-gradient": (
        "It is a product of two functions of p.",
        "The product rule: the slope of $(1 - p)^2$ is $-2(1 - p)$, that of ln p is $1/p$.",
    ),
    "neuron-updates": (
        "How many batches has an epoch, with the last one that is not full?",
        "Divide 1,000 by 64 and round up.",
    ),
    "neuron-first-step": (
        "At the start every prediction is 0.",
        "The slope by w is $-2$ times the mean of xy. Find that mean.",
    ),
    "neuron-limit": (
        "What does one step do to w? It multiplies.",
        "The factor is $1 - 2α c$: for which α is its size below 1?",
    ),
    "neuron-best-rate": (
        "As α grows, one of the two sizes falls and the other rises.",
        "The best rate is where they are equal: 1 − αf against αs − 1.",
    ),
    "neuron-centred": (
        "Which curvatures has the bowl now? One of them has not changed.",
        "The entry for w is twice the mean of the squares of the centred inputs.",
    ),
    "neuron-lowest-cost": (
        "One answer ŷ for all: write the mean cost as a function of ŷ.",
        "It is $p(yhat - 1)^2 + (1 - p)yhat^2$. Where is its slope 0?",
    ),
    "neuron-squared-error": (
        "Three links: loss, sigmoid, weighted sum.",
        "The slope of the loss by a is $2(a - y)$; go on through the sigmoid, then to w_j.",
    ),
    "network-count": (
        "Count layer by layer: weights and biases.",
        "A layer with n units and p inputs has n(p + 1) parameters.",
    ),
    "network-budget": (
        "Write the number of parameters as a formula in K.",
        "Each hidden unit costs 785 on the way in and 10 on the way out; 10 more are fixed.",
    ),
    "network-equal-layers": (
        "All layers are alike: count one.",
        "One unit has n weights and a bias.",
    ),
    "network-collapsed-bias": (
        "Put the first formula into the second.",
        "Expand $v(w x + b) + c$: what does not have an x in it?",
    ),
    "network-xor-affine": (
        "Write f as weights and a bias.",
        "f(0, 0) gives the bias, the other two values the weights.",
    ),
    "network-xor-weight": (
        "Look at the input (1, 1) alone.",
        "There s is 2: what are the two ReLUs?",
    ),
    "network-relu-floor": (
        "A ReLU says every number from 0 up, and none below.",
        "For y ≥ 0 the loss can be 0; for y < 0, which output comes closest?",
    ),
    "network-orders": (
        "Only units of the same layer can change places. What are the hidden layers?",
        "How many orders have 6 units, and how many have 3? Each may go with each.",
    ),
    "chain-paths": (
        "A path goes from an output back through one unit of each layer between.",
        "The weight leads to one unit of the first layer: that one is fixed. Where is a choice?",
    ),
    "chain-tanh-weight": (
        "The path is unique: loss, output, unit 2, weight.",
        "With cross-entropy the error of the output is a − y. Go on through v and the tanh.",
    ),
    "chain-three-hidden": (
        "As before, only unit 3 matters: one path.",
        "Begin with the error of the output, a − y, and go back through v.",
    ),
    "chain-input": (
        "The input x₁ is heard by two units: two paths.",
        "Each path is the error of its unit times the weight that leads there.",
    ),
    "chain-skip": (
        "x reaches ŷ on two ways: add up.",
        "Through the hidden unit the slope of ŷ is $r(1 - h^2)w$. And past it?",
    ),
    "chain-shared": (
        "Pretend that the two weights are different, differentiate by each, and add.",
        "The outer weight has the slope h; the inner one is under the tanh.",
    ),
    "delta-entries": (
        "One error for each unit of the layer and each example.",
        "Layer 1 is the hidden one.",
    ),
    "delta-by-hand": (
        "The recurrence: sum over the units that hear it, then its own slope.",
        "The sum is 3 · 0.5 − 1 · 1; the slope of tanh follows from a₁.",
    ),
    "delta-weight-decay": (
        "The derivative of a sum of two parts.",
        "Of Σ w² only one term holds this weight.",
    ),
    "delta-temperature": (
        "Name what the softmax is fed with: z divided by T.",
        "By that quantity the derivative is $p - y$. One more link.",
    ),
    "delta-shared-weight": (
        "Differentiate as if there were two weights, and add.",
        "Each weight: the error behind it times the activation before it.",
    ),
    "delta-skip": (
        "x reaches a on two ways.",
        "The way past has the slope 1. What is the slope of the way through?",
    ),
    "delta-forward-step": (
        "Where is the slope of the sum by h equal to 0?",
        "Solve $A - B/h^2$ for a slope of 0.",
    ),
    "training-updates": (
        "How many batches has one epoch?",
        "Then multiply by the epochs.",
    ),
    "training-sum": (
        "The sum is how many times the mean?",
        "The product of rate and gradient has to stay the same.",
    ),
    "training-clones": (
        "What is the step of a single clone's weight v?",
        "It is −α times the error times a. Now add up n of them, for u = nv.",
    ),
    "training-bias-alone": (
        "All inputs are silent: the output is one number q for all examples.",
        "Write the mean cost as a function of q. At its minimum q is p.",
    ),
    "training-two-labels": (
        "The network gives both examples the same probabilities.",
        "Let the two classes have q and 1 − q: when is the mean of −ln q and −ln(1 − q) lowest?",
    ),
    "price-digits": (
        "Count forward, weights, and the way back: the first layer has no way back.",
        "One product of all weights is 64 · 30 + 30 · 10.",
    ),
    "price-one-hidden-layer": (
        "Each weight is used forward and for its own slope; not each on the way back.",
        "Only the second matrix is needed to go back. Then count the slopes of units and losses.",
    ),
    "price-relu-softmax": (
        "Which products of the backward pass are left when no slope is multiplied?",
        "The gradients of both matrices, and one way back through the second.",
    ),
    "price-equal-widths": (
        "Forward, gradient, way back: three times n² for a layer, but not for the first.",
        "Then count what each unit adds, and the output layer more.",
    ),
    "price-centred": (
        "How many parameters has the network, biases included?",
        "Each parameter is moved up and down.",
    ),
    "price-jacobian": (
        "How many sweeps does forward mode need, how many does reverse mode?",
        "One for each input, or one for each output.",
    ),
    "price-checkpoints": (
        "Where is the slope by k equal to 0?",
        "The slope is $1 - L/k^2$. Put the best k back into the sum.",
    ),
    "vanishing-factors": (
        "Write the path from the loss down to the weight of layer 2.",
        "One factor at the loss, one at the weight; between them weights and slopes alternate.",
    ),
    "vanishing-paths": (
        "A path chooses a unit in each layer between.",
        "For d = 1 there is one path; for d = 2 there are n.",
    ),
    "vanishing-underflow": (
        "By which factor does one layer shrink an error at least?",
        "The slope of a sigmoid is at most $1/4$. Which power of it reaches 2⁻¹⁵⁰?",
    ),
    "vanishing-rate": (
        "What does one step do to the residual? It multiplies.",
        "Which rate makes that factor 0?",
    ),
    "vanishing-clip": (
        "A slope is to lie between −T and T.",
        "Cut it off above with min; then cut it off below with max.",
    ),
    "vanishing-uniform": (
        "What is the variance of the uniform distribution?",
        "It is $r^2/3$. Set it equal to Xavier's.",
    ),
    "vanishing-leaky": (
        "What does the unit do to the mean square of a symmetric z?",
        "Half of it passes with the factor 1, half with the factor s².",
    ),
    "vanishing-residual": (
        "You know this limit: compound interest.",
        "Take the logarithm: $L ln(1 + x/L)$.",
    ),
    "conv-entry": (
        "Lay the filter over the last place of the first three rows.",
        "A row of 1, a row of 0, a row of −1: the sum of the top row less that of the bottom one.",
    ),
    "conv-ramp": (
        "Each row of the filter subtracts the right column from the left one.",
        "Two columns apart, an entry has risen by $2g$. How many rows do that?",
    ),
    "conv-looks": (
        "Count the other way round: from the windows.",
        "How many cells does one window see, and how many windows are there?",
    ),
    "conv-share": (
        "A row of the matrix belongs to one window.",
        "How many entries has a row, and how many of them are weights?",
    ),
    "conv-merged-bias": (
        "What does the second filter make of a constant image b?",
        "It multiplies b by the sum of its entries.",
    ),
    "size-first-layer": (
        "The size formula, with rounding down.",
        "What is 224 + 6 − 7, halved and rounded?",
    ),
    "size-same-padding": (
        "How many cells does the dilated filter span?",
        "It loses its span less 1; the padding of both sides has to make up for that.",
    ),
    "size-same-total": (
        "“Same” at stride 2 means 112 cells of output.",
        "The last window begins at 111 · 2 and spans 7 cells. How long has the input to be?",
    ),
    "size-half": (
        "Put the numbers into the size formula first.",
        "Before the 1 is added, n − 1 is halved and rounded down. Try n = 4 and n = 5.",
    ),
    "size-left-over": (
        "From the first window to the last there are whole strides.",
        "Of n + 2p − f cells, how many are whole strides? The rest is never reached.",
    ),
    "size-back": (
        "Build the padded input up: first window, strides, the rest.",
        "It spans $f + s(o - 1)$ cells, and what was left over. Take the padding off.",
    ),
    "size-enlarge": (
        "A transposed convolution makes $s(o - 1) + f - 2p$ cells.",
        "Put f = 2s in, and ask for os.",
    ),
    "size-vgg-field": (
        "Each layer adds (f − 1) times the stride up to it.",
        "Block by block the strides are 1, 2, 4, 8, 16; a pooling adds one such step.",
    ),
    "size-doubling": (
        "Each layer adds its dilation to what is seen.",
        "One moment, and then 1 + 2 + 4 + …",
    ),
    "volumes-colours": (
        "How many bits has a pixel in all?",
        "A single bit has two values; each further bit doubles them.",
    ),
    "volumes-alexnet-parameters": (
        "How many weights has one filter? It goes through all channels.",
        "And one bias each.",
    ),
    "volumes-alexnet-multiplications": (
        "Each output cell costs as many multiplications as its filter has weights.",
        "There are 55 · 55 · 96 output cells.",
    ),
    "volumes-small-network": (
        "Layer by layer; the second filter goes through 8 channels.",
        "After two poolings there are 7 · 7 cells in 16 channels.",
    ),
    "volumes-bottleneck": (
        "Three layers: down, across, up.",
        "A 1 × 1 layer from C to B channels has CB weights.",
    ),
    "volumes-stack": (
        "The channels C² drop out of the quotient.",
        "A layer of the stack has 9 weights for a pair of channels. And the large filter?",
    ),
    "volumes-separable": (
        "Two steps, each with its biases.",
        "Depthwise: one filter of f² weights and a bias for each channel.",
    ),
    "pooling-size": (
        "The size formula, with the padding on both sides.",
        "What is 112 + 2 − 3, halved and rounded down?",
    ),
    "pooling-head": (
        "Count the weights of the dense layer for both kinds of input.",
        "Flattened, it hears CHW numbers; after the pooling, C. The biases are the same.",
    ),
    "pooling-survives": (
        "Where are the largest entry of the old block and of the new one?",
        "Old and new block share $(f - t)^2$ cells. The largest of their union has to be there.",
    ),
    "pooling-merged": (
        "How many cells of the first layer does one output of the last one reach?",
        "The last filter hears h blocks of s: that is sh cells side by side, each a window of f.",
    ),
    "pooling-soft-routing": (
        "The slope of a logarithm is a quotient; the factor $1/q$ cancels.",
        "What is the share of $exp(q a)$ in the sum? It is a sigmoid.",
    ),
    "cnn-by-hand": (
        "Which two windows hold the second cell?",
        "In the first it lies under w₁, in the second under w₀.",
    ),
    "cnn-spread": (
        "How many rows has the error, once zeros stand between its rows?",
        "It has $s(o - 1) + 1$ rows. Full correlation adds f − 1.",
    ),
    "cnn-dilation": (
        "Where in the padded image begins the window of row i?",
        "At is; row u of the filter lies du further down. Then take the padding off.",
    ),
    "cnn-near-tie": (
        "Upwards the entry overtakes the largest one, downwards it changes nothing.",
        "Upwards the maximum grows by h − t. Divide by the whole width.",
    ),
    "activations-stretched": (
        "Three conditions meet at 0 and far away; many choices are left.",
        "At 0 the value is $A/2 + C$, the slope $A B/4$; far away it tends to C and to A + C.",
    ),
    "loss-two-prices": (
        "What does one loaf more cost or save, on the ten days together?",
        "From 7 to 8, 7 days have too many, 3 too few: there the cost has to fall. After 8?",
    ),
    "neuron-bug": (
        "Check the gradient by differences, for batches of several sizes.",
        "A mean over a batch is wanted. Is every batch full?",
    ),
    "delta-bug": (
        "Which of the four gradients is wrong? Check each by differences.",
        "One line changes an array that is needed again further down.",
    ),
    "training-bug": (
        "The gradient is right for what it is given. What is it given?",
        "Look at a column of X and its column of Y, before and after each line.",
    ),
    "vanishing-bug": (
        "Compare line by line with He's rule.",
        "Look up what the second argument of rng.normal means.",
    ),
    "cnn-bug": (
        "Check both gradients by differences: which one fails?",
        "For a row of three cells write down what each gets back: in which order come the weights?",
    ),
    "network-agree": (
        "One hidden unit can notice that both inputs are 1, the other that both are 0.",
        "relu(x₁ + x₂ − 1) notices the first. How do you turn it round for the second?",
    ),
    "conv-sharpen": (
        "What do the weights add up to, if a constant image comes out as it was?",
        "On a slope, left and right have to balance, above and below too. The middle may be large.",
    ),
    "size-two-layers": (
        "Work back from 8 cells: which sizes can lie between?",
        "With strides of 2, which p goes with which f, so that nothing is left over?",
    ),
    "sitting-slopes": (
        "Name the steps of the way forward: the sum inside, then the square.",
        "The slope at the sum is twice its value; hand it on to each input.",
    ),
    "sigmoid-logarithm": (
        "For very negative z the sigmoid is 0 in floats: do without it.",
        "It is $-ln(1 + e^-z)$; NumPy has a function for logarithms of sums of exponentials.",
    ),
    "softmax-vjp": (
        "No matrix is needed: the answer is p times something, entry by entry.",
        "Take from the upstream its mean, weighted with p.",
    ),
    "class-loss": (
        "The logarithm of a softmax is a score less one number, the same for all.",
        "That number is the logarithm of a sum of exponentials: take out the largest score first.",
    ),
    "neuron-gradient": (
        "With cross-entropy the error of a column is a − y.",
        "A product with the transpose of X sums over the examples; the bias sums the errors alone.",
    ),
    "network-absorbed": (
        "A bias is a weight for an input that is always 1.",
        "Give W one more column, and X one more row.",
    ),
    "network-melted": (
        "Put the second layer around the first.",
        "Keep a matrix and a bias; each further layer multiplies both and adds its own bias.",
    ),
    "chain-first-layer": (
        "First forward, and keep each activation.",
        "Then the errors of the output, which the transpose of W2 takes back.",
    ),
    "delta-weight-gradient": (
        "A product of two matrices can sum over the examples.",
        "Look at the shapes: units by examples, and inputs by examples.",
    ),
    "delta-bias-gradient": (
        "A bias hears a 1 from each example.",
        "Take the mean along the examples, and keep it a column.",
    ),
    "delta-step-back": (
        "It is the recurrence, for all columns at once.",
        "The slope of tanh is found from tanh(z), entry by entry.",
    ),
    "training-accuracy": (
        "In which row is the largest output of each column?",
        "Find that row for the outputs and for the targets, and compare.",
    ),
    "training-recall": (
        "What is true stands in the rows.",
        "What was found of it stands on the diagonal.",
    ),
    "training-order": (
        "Both gradients belong to the old weights.",
        "Take the error back through the old W2 before anything moves.",
    ),
    "conv-true": (
        "It is cross-correlation with a filter that is turned.",
        "Turn it by half a turn, and pad until every overlap counts.",
    ),
    "size-field": (
        "Keep two numbers: the cells seen so far, and the stride so far.",
        "A layer adds f − 1 strides of those so far; then its own stride joins them.",
    ),
    "size-input-sizes": (
        "What is left over may be 0 up to s − 1.",
        "Compute the size for each, and leave out what is below 1.",
    ),
    "pooling-blocks": (
        "Split each side into blocks, and places within a block.",
        "Reshape to six axes; then the maximum is along two of them.",
    ),
    "price-gradient": (
        "Add up over pairs of neighbouring sizes.",
        "Each pair has three products but the first, which has two; then come the units.",
    ),
    "vanishing-clip-norm": (
        "Compare the norm with T before you divide.",
        "Only a longer array is multiplied by T over its norm.",
    ),
    "volumes-cell": (
        "A row has n_w cells, a channel n_h · n_w.",
        "Use quotients and remainders, the channel first.",
    ),
    "volumes-pointwise": (
        "In each cell a matrix meets the channels there.",
        "Sum over the axis of the channels, and give the biases two more axes.",
    ),
    "cnn-bias-code": (
        "A bias is heard in every cell.",
        "Add up over rows and columns, and take the mean over the examples.",
    ),
    "cnn-filter-code": (
        "The gradient of a filter is a correlation, too.",
        "It is that of the input with the errors, as if these were the filter.",
    ),
    "cnn-input-code": (
        "Each error goes back to the cells of its window.",
        "Add the filter, times the error number i, to the cells from i · s on.",
    ),
    "cnn-route-code": (
        "Each block has one winner.",
        "Reshape into blocks; argmax takes the first of equal ones.",
    ),
}
