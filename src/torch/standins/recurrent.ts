// Recurrent layers. Outside of cuDNN PyTorch runs them step by step (aten/src/ATen/native/RNN.cpp); the steps are written
// here in Python over the functions of the host. The layers themselves are for runs without PyTorch's source.
import type { PythonModules } from './index.ts'

/** `torch._VF`: the functions behind the layers, in either mode. */
export const recurrentFunctions: PythonModules = {
  'torch._VF': `
import torch
from torch import _lm_predictor as _host
from torch.nn.functional import linear


def _lstm_step(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    gates = linear(h, w_hh, b_hh).add_(linear(x, w_ih, b_ih))
    i, f, g, o = gates.unsafe_chunk(4, 1)
    i.sigmoid_()
    f.sigmoid_()
    g.tanh_()
    o.sigmoid_()
    c = (f * c).add_(i * g)
    h = o * c.tanh()
    if w_hr is not None:
        h = torch.matmul(h, w_hr.t())
    return h, c


def _gru_step(x, h, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    from_input = linear(x, w_ih, b_ih).unsafe_chunk(3, 1)
    from_hidden = linear(h, w_hh, b_hh).unsafe_chunk(3, 1)
    reset = from_hidden[0].add_(from_input[0]).sigmoid_()
    update = from_hidden[1].add_(from_input[1]).sigmoid_()
    new = from_input[2].add(from_hidden[2].mul_(reset)).tanh_()
    return (h - new).mul_(update).add_(new)


def _rnn_step(activation):
    def step(x, h, w_ih, w_hh, b_ih, b_hh, w_hr=None):
        return activation(linear(h, w_hh, b_hh).add_(linear(x, w_ih, b_ih)))
    return step


def _layer_weights(flat, has_biases, has_projections):
    size = (4 if has_biases else 2) + (1 if has_projections else 0)
    for i in range(0, len(flat), size):
        weights = flat[i:i + size]
        w_ih, w_hh = weights[0], weights[1]
        b_ih, b_hh = (weights[2], weights[3]) if has_biases else (None, None)
        yield w_ih, w_hh, b_ih, b_hh, weights[-1] if has_projections else None


def _run(step, output_of, input, states, layers, num_layers, bidirectional):
    directions = 2 if bidirectional else 1
    final = []
    for layer in range(num_layers):
        steps = input.unbind(0)
        outputs = []
        for direction in range(directions):
            index = layer * directions + direction
            state = states[index]
            done = []
            for x in steps if direction == 0 else reversed(steps):
                state = step(x, state, *layers[index])
                done.append(output_of(state))
            final.append(state)
            outputs.append(torch.stack(done if direction == 0 else list(reversed(done)), 0))
        input = torch.cat(outputs, -1) if bidirectional else outputs[0]
    return input, final


def lstm(input, hx, flat_weights, has_biases, num_layers, dropout, train, bidirectional, batch_first):
    if not isinstance(has_biases, bool):
        return _host.stop("torch._VF.lstm over packed sequences")
    h0, c0 = hx
    x = input.transpose(0, 1) if batch_first else input
    projected = h0.size(2) != c0.size(2)
    layers = list(_layer_weights(flat_weights, has_biases, projected))
    states = list(zip(h0.unbind(0), c0.unbind(0)))
    output, final = _run(_lstm_step, lambda s: s[0], x, states, layers, num_layers, bidirectional)
    c = torch.stack([s[1] for s in final], 0)
    h = torch.stack([s[0] for s in final], 0)
    return output.transpose(0, 1) if batch_first else output, h, c


def _simple(step, input, hx, flat_weights, has_biases, num_layers, bidirectional, batch_first):
    if not isinstance(has_biases, bool):
        return _host.stop("recurrent layers over packed sequences")
    x = input.transpose(0, 1) if batch_first else input
    layers = list(_layer_weights(flat_weights, has_biases, False))
    output, final = _run(step, lambda s: s, x, list(hx.unbind(0)), layers, num_layers, bidirectional)
    h = torch.stack(final, 0)
    return output.transpose_(0, 1) if batch_first else output, h


def gru(input, hx, flat_weights, has_biases, num_layers, dropout, train, bidirectional, batch_first):
    return _simple(_gru_step, input, hx, flat_weights, has_biases, num_layers, bidirectional, batch_first)


def rnn_tanh(input, hx, flat_weights, has_biases, num_layers, dropout, train, bidirectional, batch_first):
    return _simple(_rnn_step(torch.tanh), input, hx, flat_weights, has_biases, num_layers, bidirectional, batch_first)


def rnn_relu(input, hx, flat_weights, has_biases, num_layers, dropout, train, bidirectional, batch_first):
    return _simple(_rnn_step(torch.relu), input, hx, flat_weights, has_biases, num_layers, bidirectional, batch_first)


def lstm_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    return _lstm_step(input, hx, w_ih, w_hh, b_ih, b_hh)


def gru_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    return _gru_step(input, hx, w_ih, w_hh, b_ih, b_hh)


def rnn_tanh_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    return _rnn_step(torch.tanh)(input, hx, w_ih, w_hh, b_ih, b_hh)


def rnn_relu_cell(input, hx, w_ih, w_hh, b_ih=None, b_hh=None):
    return _rnn_step(torch.relu)(input, hx, w_ih, w_hh, b_ih, b_hh)


def meshgrid(tensors, **kwargs):
    return torch.meshgrid(*tensors, **kwargs)


def norm(*args, **kwargs):
    return torch.norm(*args, **kwargs)
`,
}

export const recurrentLayers: PythonModules = {
  'torch.nn.modules.rnn': `
import math

import torch
from torch import _lm_predictor as _host
from torch import _VF
from torch.nn import init
from torch.nn.parameter import Parameter
from .module import Module


class RNNBase(Module):
    gates = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}

    def __init__(self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
                 proj_size=0, device=None, dtype=None):
        factory_kwargs = {"device": device, "dtype": dtype}
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        directions = 2 if bidirectional else 1
        rows = self.gates[mode] * hidden_size
        real_hidden = proj_size if proj_size > 0 else hidden_size
        self._flat_weights_names = []
        for layer in range(num_layers):
            for direction in range(directions):
                columns = input_size if layer == 0 else real_hidden * directions
                suffix = f"_l{layer}" + ("_reverse" if direction == 1 else "")
                shapes = {"weight_ih": (rows, columns), "weight_hh": (rows, real_hidden)}
                if bias:
                    shapes.update(bias_ih=(rows,), bias_hh=(rows,))
                if proj_size > 0:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                for name, shape in shapes.items():
                    setattr(self, name + suffix, Parameter(torch.empty(shape, **factory_kwargs)))
                    self._flat_weights_names.append(name + suffix)
        self.reset_parameters()

    @property
    def _flat_weights(self):
        return [getattr(self, name) for name in self._flat_weights_names]

    def flatten_parameters(self):
        pass

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -stdv, stdv)

    def _zeros(self, input, size):
        count = self.num_layers * (2 if self.bidirectional else 1)
        batch = input.size(0) if self.batch_first else input.size(1)
        return torch.zeros(count, batch, size, dtype=input.dtype, device=input.device)

    def _hidden(self, input, hx, is_batched):
        if hx is None:
            return self._zeros(input, self.proj_size if self.proj_size > 0 else self.hidden_size)
        return hx if is_batched else hx.unsqueeze(1)

    def _options(self):
        return self.bias, self.num_layers, self.dropout, self.training, self.bidirectional, self.batch_first

    def _batched(self, input):
        if not isinstance(input, torch.Tensor):
            _host.stop("recurrent layers over packed sequences")
        if input.dim() not in (2, 3):
            raise ValueError(f"{self._get_name()}: Expected input to be 2D or 3D, got {input.dim()}D instead")
        is_batched = input.dim() == 3
        return input if is_batched else input.unsqueeze(0 if self.batch_first else 1), is_batched

    def _run(self, function, input, hx):
        input, is_batched = self._batched(input)
        output, hidden = function(input, self._hidden(input, hx, is_batched), self._flat_weights, *self._options())
        if is_batched:
            return output, hidden
        return output.squeeze(0 if self.batch_first else 1), hidden.squeeze(1)

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}"


class RNN(RNNBase):
    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, device=None, dtype=None):
        super().__init__("RNN_" + nonlinearity.upper(), input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
                         device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        return self._run(_VF.rnn_tanh if self.mode == "RNN_TANH" else _VF.rnn_relu, input, hx)


class GRU(RNNBase):
    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
                 device=None, dtype=None):
        super().__init__("GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device=device, dtype=dtype)

    def forward(self, input, hx=None):
        return self._run(_VF.gru, input, hx)


class LSTM(RNNBase):
    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, proj_size=0,
                 device=None, dtype=None):
        super().__init__("LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype)

    def forward(self, input, hx=None):
        input, is_batched = self._batched(input)
        h, c = hx if hx is not None else (None, None)
        h = self._hidden(input, h, is_batched)
        c = self._zeros(input, self.hidden_size) if c is None else c if is_batched else c.unsqueeze(1)
        output, h, c = _VF.lstm(input, (h, c), self._flat_weights, *self._options())
        if is_batched:
            return output, (h, c)
        return output.squeeze(0 if self.batch_first else 1), (h.squeeze(1), c.squeeze(1))


class RNNCellBase(Module):
    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        factory_kwargs = {"device": device, "dtype": dtype}
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        self.weight_ih = Parameter(torch.empty((num_chunks * hidden_size, input_size), **factory_kwargs))
        self.weight_hh = Parameter(torch.empty((num_chunks * hidden_size, hidden_size), **factory_kwargs))
        if bias:
            self.bias_ih = Parameter(torch.empty(num_chunks * hidden_size, **factory_kwargs))
            self.bias_hh = Parameter(torch.empty(num_chunks * hidden_size, **factory_kwargs))
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        stdv = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -stdv, stdv)

    def _prepare(self, input, hx):
        is_batched = input.dim() == 2
        input = input if is_batched else input.unsqueeze(0)
        if hx is None:
            hx = torch.zeros(input.size(0), self.hidden_size, dtype=input.dtype, device=input.device)
        elif not is_batched:
            hx = hx.unsqueeze(0)
        return input, hx, is_batched

    def _run(self, cell, input, hx):
        input, hx, is_batched = self._prepare(input, hx)
        out = cell(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return out if is_batched else out.squeeze(0)


class RNNCell(RNNCellBase):
    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        return self._run(_VF.rnn_tanh_cell if self.nonlinearity == "tanh" else _VF.rnn_relu_cell, input, hx)


class GRUCell(RNNCellBase):
    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        return self._run(_VF.gru_cell, input, hx)


class LSTMCell(RNNCellBase):
    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        is_batched = input.dim() == 2
        input = input if is_batched else input.unsqueeze(0)
        if hx is None:
            zeros = torch.zeros(input.size(0), self.hidden_size, dtype=input.dtype, device=input.device)
            hx = (zeros, zeros)
        elif not is_batched:
            hx = (hx[0].unsqueeze(0), hx[1].unsqueeze(0))
        h, c = _VF.lstm_cell(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return (h, c) if is_batched else (h.squeeze(0), c.squeeze(0))
`,
}
