// beartype: checks types while a program runs, with code that it generates for each function. The checks cost nothing that
// is counted, and source that is analysed passes what its annotations say or fails where it uses it.
import type { Overlay } from '../../vm.ts'

const reason = 'Type checks at run time cost nothing; the original generates code and runs it.'

export const beartype: readonly Overlay[] = [
  {
    module: 'beartype',
    reason,
    source: String.raw`
class BeartypeConf:
    def __init__(self, **options):
        self.__dict__.update(options)

def beartype(obj=None, *, conf=None):
    return (lambda decorated: decorated) if obj is None else obj
`,
  },
  {
    module: 'beartype.typing',
    reason: 'The names of typing.',
    source: String.raw`
from typing import *
`,
  },
  { module: 'beartype.door', reason, source: '' },
]
