// The words of a report: what a kernel does, in words, and how its numbers come about, so that a person can check them.
import { exprOf, print, type Int } from '../sym/index.ts'
import { type KernelCall, type TensorSig } from '../torch/index.ts'

/** How kernels are spoken of, where the name alone says too little. */
const verbs: ReadonlyMap<string, string> = new Map([
  ['mm', 'matrix product'],
  ['addmm', 'matrix product plus bias'],
  ['bmm', 'batched matrix product'],
  ['baddbmm', 'batched matrix product plus bias'],
  ['_grouped_mm', 'grouped matrix product'],
  ['sdpa', 'scaled dot-product attention'],
  ['sdpa.causal', 'causal scaled dot-product attention'],
  ['convolution', 'convolution'],
  ['mul', 'multiply'],
  ['add', 'add'],
  ['sub', 'subtract'],
  ['rsub', 'subtract from'],
  ['div', 'divide'],
  ['neg', 'negate'],
  ['pow', 'raise to a power'],
  ['rsqrt', 'reciprocal square root'],
  ['_softmax', 'softmax'],
  ['_log_softmax', 'log-softmax'],
  ['native_layer_norm', 'layer normalization'],
  ['cat', 'concatenate'],
  ['stack', 'stack'],
  ['clone', 'copy'],
  ['_to_copy', 'convert'],
  ['copy_', 'copy into'],
  ['embedding', 'look up rows'],
  ['index', 'gather by index'],
  ['index_put_', 'scatter by index'],
  ['index_select', 'select by index'],
  ['topk', 'select the largest'],
  ['cumsum', 'running sum'],
  ['histc', 'histogram'],
])

function baseName(op: string): string {
  return op.startsWith('aten.') ? (op.split('.')[1] ?? op) : op
}

/** What a kernel does: `apply_rotary_pos_emb: multiply`. */
export function operationOf(call: KernelCall, where: string): string {
  const base = baseName(call.op)
  const what = verbs.get(base) ?? base.replace(/^_+|_+$/g, '').replaceAll('_', ' ')
  return where === '' ? what : `${where}: ${what}`
}

/** `bf16[{batch_size}, {seq_len}, {hidden_size}]` */
export function shapeText(t: Pick<TensorSig, 'dtype' | 'shape'>): string {
  return `${t.dtype.short}[${t.shape.map(formula).join(', ')}]`
}

/** A formula as files hold it. */
export function formula(x: Int): string {
  return print(exprOf(x), { braces: true })
}

/** How the numbers come about: line, source text, shapes, the rules applied. */
export function analysisOf(call: KernelCall, place: string, text: string): string {
  const { row } = call
  const operands = `${call.op}(${call.inputs.map(shapeText).join(', ')}) → ${call.outputs.map(shapeText).join(', ')}`
  const source = text === '' ? place : `${place}: ${text}`
  return `${source} | ${operands} | FLOPs: ${row.arithmeticRule} | bytes: ${row.trafficRule}`
}
