import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readGiven, writeFileWhole, writeFolderWhole } from '../../src/cli/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'lm-predictor-'))
afterAll(() => rmSync(folder, { recursive: true }))

const failure = (message: string) => expect.objectContaining({ code: 'write-failed', message }) as Error

it('writes a file whole, leaving nothing beside it', () => {
  const path = join(folder, 'a.json')
  writeFileWhole(path, 'one')
  writeFileWhole(path, 'two')
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(readdirSync(folder)).toEqual(['a.json'])
})

it('writes the file that a link leads to', () => {
  writeFileSync(join(folder, 'linked.json'), 'one')
  symlinkSync('linked.json', join(folder, 'link.json'))
  writeFileWhole(join(folder, 'link.json'), 'two')
  expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(folder, 'linked.json'), 'utf8')).toBe('two')
})

it.skipIf(process.platform === 'win32')('writes into a pipe, and leaves it one', () => {
  const pipe = join(folder, 'pipe')
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
  writeFileWhole(pipe, 'one')
  const read = Buffer.alloc(8)
  expect(read.toString('utf8', 0, readSync(reader, read))).toBe('one')
  closeSync(reader)
  expect(lstatSync(pipe).isFIFO()).toBe(true)
})

it('says why it cannot write', () => {
  expect(() => writeFileWhole(join(folder, 'none/a.json'), '')).toThrow(
    failure(`${folder}/none/a.json: the folder does not exist`),
  )
  mkdirSync(join(folder, 'b.json'))
  expect(() => writeFileWhole(join(folder, 'b.json'), '')).toThrow(failure(`${folder}/b.json: it is a folder`))
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

it.skipIf(process.getuid?.() === 0)('does not write where it may not', () => {
  const closed = join(folder, 'closed')
  mkdirSync(closed, { mode: 0o500 })
  expect(() => writeFileWhole(join(closed, 'a'), '')).toThrow(failure(`${closed}/a: permission denied`))
  chmodSync(closed, 0o700)
})

it('writes below files no more than beside them', () => {
  expect(() => writeFileWhole(join(folder, 'a.json/x'), '')).toThrow(
    failure(`${folder}/a.json/x: a part of the path is not a folder`),
  )
})

it('leaves the old file where the new one does not go through', () => {
  const path = join(folder, 'old.json')
  writeFileWhole(path, 'old')
  // A limit of 1 KiB on file sizes stands in for a full disk.
  const script = `import { writeFileWhole } from ${JSON.stringify(join(import.meta.dirname, '../../src/cli/files.ts'))}
    process.on('SIGXFSZ', () => undefined)
    try { writeFileWhole(${JSON.stringify(path)}, 'x'.repeat(1e6)) } catch (error) { console.log(error.code, error.message) }`
  const result = spawnSync(
    'sh',
    ['-c', 'ulimit -f 1; exec "$0" --import tsx --input-type=module -e "$1"', process.execPath, script],
    { encoding: 'utf8' },
  )
  expect(result.stdout).toBe(`write-failed ${path}: the file is larger than allowed\n`)
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

it('fills a folder before it gets its name', () => {
  const path = join(folder, 'pack-1')
  const half = () => {
    throw new Error('stopped')
  }
  expect(() => writeFolderWhole(path, half)).toThrow('stopped')
  expect(existsSync(path)).toBe(false)
  writeFolderWhole(path, (temp) => writeFileSync(join(temp, 'x'), '1'))
  expect(readdirSync(path)).toEqual(['x'])
})

it('reads what the user names or says why not', () => {
  expect(() => readGiven(join(folder, 'nothing'))).toThrow(
    expect.objectContaining({ code: 'bad-file', message: `${folder}/nothing: there is no such file` }) as Error,
  )
})
