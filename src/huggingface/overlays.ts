// The places where real source is out of reach or beside the point, each with its reason. Everything else of Transformers
// runs from the given source, `PreTrainedModel` and the auto classes included.
import type { Overlay } from '../python/index.ts'
import { callablesModule, callablesSource } from './callables.ts'
import { driverModule, driverSource } from './driver.ts'

const autoDocstring = `
def auto_docstring(obj=None, **options):
    if obj is not None:
        return obj
    return lambda decorated: decorated

def auto_class_docstring(cls, **options): return cls
def auto_method_docstring(func, **options): return func
def set_min_indent(text, level): return text
def get_args_doc_from_source(classes): return {}
def parse_docstring(text, **options): return {}, "", {}

class ClassDocstring: pass
class ClassAttrs: pass
class ModelArgs: pass
class ImageProcessorArgs: pass
class ModelOutputArgs: pass
class ProcessorArgs: pass
`

/** What a user would write in Python. */
export const drivers: readonly Overlay[] = [
  { module: driverModule, reason: 'what a user writes to call a model', source: driverSource },
  { module: callablesModule, reason: 'what a user writes to make a model of another library', source: callablesSource },
]

/** Of other libraries: each extends a file of theirs, where it is there. */
export const libraryOverlays: readonly Overlay[] = ['timm.models._builder', 'timm.models.helpers'].map((module) => ({
  module,
  mode: 'extend',
  reason: 'weights of the hub change no shape: those of another class count or number of channels are made to fit',
  source: 'def load_pretrained(model, *args, **kwargs): pass',
}))

export const overlays: readonly Overlay[] = [
  {
    module: 'transformers.utils.logging',
    reason: 'messages cost nothing',
    source: `
class Logger:
    def debug(self, *args, **kwargs): pass
    info = warning = warning_once = info_once = warning_advice = error = critical = exception = log = debug
    def setLevel(self, level): pass
    def isEnabledFor(self, level): return False
    def getEffectiveLevel(self): return 40

_logger = Logger()
def get_logger(name=None): return _logger
def get_verbosity(): return 40
def is_progress_bar_enabled(): return False
`,
  },
  { module: 'transformers.utils.auto_docstring', reason: 'rewrites docstrings only', source: autoDocstring },
  {
    module: 'transformers.utils.args_doc',
    reason: 'what auto_docstring was called in 4.52 and 4.53',
    source: autoDocstring,
  },
  {
    module: 'transformers.utils.hub',
    reason: 'speaks to the hub',
    source: `
class PushToHubMixin:
    def push_to_hub(self, *args, **kwargs): raise NotImplementedError("nothing is uploaded")

class DownloadKwargs(dict): pass
`,
  },
  {
    module: 'transformers.utils.doc',
    mode: 'extend',
    reason: 'functions are copied only to give them other docstrings',
    source: `
def copy_func(f): return getattr(f, "__func__", f)
def add_start_docstrings(*docs): return lambda decorated: decorated
add_start_docstrings_to_model_forward = add_end_docstrings = add_start_docstrings
def replace_return_docstrings(**options): return lambda decorated: decorated
def add_code_sample_docstrings(*docs, **options): return lambda decorated: decorated
`,
  },
  {
    module: 'transformers.generation.configuration_utils',
    mode: 'extend',
    reason: 'settings of generate(), which is not run, are made from the text of the whole config',
    source: `
GenerationConfig.from_model_config = classmethod(lambda cls, model_config: cls())
`,
  },
]
