// How a class is built and called: in a model in whose tree it occurs. A class of a modeling file is looked for in the
// models of that file, those that generate text first; one of torch.nn in a model that uses it.
import { raise } from '../text/index.ts'
import { PyClass, PyModule, type Vm } from '../python/index.ts'
import { findClass, type ModelSpec } from '../huggingface/index.ts'
import { forwardOf } from '../torch/index.ts'

/** Model classes of a file, the likeliest home first. */
export function modelsOfFile(vm: Vm, module: string): readonly string[] {
  const base = findClass(vm, 'transformers.modeling_utils.PreTrainedModel')
  const file = vm.importer.get(module)
  // Its own classes are bound once it has run; asking for every name would carry out imports that no analysis needs.
  const own = file instanceof PyModule ? [...vm.guard(() => vm.importer.load(file)).dict] : []
  const models = own.flatMap(([name, cls]) => {
    const isModel = cls instanceof PyClass && cls.isSubclassOf(base) && cls !== base && forwardOf(vm, cls) !== undefined
    return isModel ? [name] : []
  })
  return [...models].sort((a, b) => rank(a) - rank(b)).map((name) => `${module}.${name}`)
}

/** The modules that a file of the user's own defines, last first: what is made of others comes after them. */
function ownModules(vm: Vm, module: string): readonly string[] {
  const base = findClass(vm, 'torch.nn.Module')
  const file = vm.importer.get(module)
  const names = file instanceof PyModule ? [...vm.guard(() => vm.importer.load(file)).dict] : []
  return names
    .flatMap(([, cls]) =>
      cls instanceof PyClass && cls.module === module && cls.isSubclassOf(base) ? [`${module}.${cls.qualname}`] : [],
    )
    .reverse()
}

/** Heads in the order in which they are tried. */
const heads = [/ForCausalLM$/, /LMHeadModel$/, /ForConditionalGeneration$/, /ForMaskedLM$/, /Model$/]

function rank(name: string): number {
  const i = heads.findIndex((h) => h.test(name))
  return i < 0 ? heads.length : i
}

/** Models in which classes of PyTorch and of Transformers' shared files are looked for, in this order. */
const commonModels = [
  'llama',
  'gpt2',
  'bert',
  'mamba',
  'mixtral',
  'bart',
  'whisper',
  'vit',
  'resnet',
  'deepseek_v3',
  'gemma2',
  'bloom',
  'clip',
]

/** The models to run in search of a class. */
export function* candidates(vm: Vm, className: string, spec: ModelSpec): Generator<ModelSpec> {
  const module = className.slice(0, className.lastIndexOf('.'))
  const cls = findClass(vm, className)
  if (forwardOf(vm, cls) === undefined) raise('no-forward', `${className} has no forward()`)
  const isOwn = !/^(transformers|torch)\./.test(module)
  const isModel = (): boolean => cls.isSubclassOf(findClass(vm, 'transformers.modeling_utils.PreTrainedModel'))
  // A module of the user's own stands for itself first; so does a model.
  if (isOwn || (spec.config === undefined && isModel())) yield { ...spec, className }
  if (spec.config?.['model_type'] !== undefined) yield spec
  if (spec.config !== undefined) return
  if (isOwn) {
    for (const name of ownModules(vm, module)) if (name !== className) yield { ...spec, className: name }
    return
  }
  if (/\.modeling_\w+$/.test(module)) {
    for (const model of modelsOfFile(vm, module)) if (model !== className) yield { ...spec, className: model }
    return
  }
  for (const name of commonModels) {
    const file = `transformers.models.${name}.modeling_${name}`
    if (!vm.importer.exists(file)) continue
    const [first] = modelsOfFile(vm, file)
    if (first !== undefined) yield { ...spec, className: first }
  }
}
