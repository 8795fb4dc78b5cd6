import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '../../../../src/platform/node/files'

let dir: string
beforeEach(() => {
  dir = fs.mkdtempSync(join(tmpdir(), 'odradek-files-'))
})
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }))

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

test('writes gather at a position and reads stop at the end', async () => {
  const file = nodeFiles.open(join(dir, 'a'), { create: true })
  file.writeSync([Buffer.from('one'), Buffer.alloc(0), Buffer.from('two'), Buffer.from('three')], 2)
  file.writeSync([], 0)
  file.writeSync([Buffer.alloc(0)], 0)
  file.writeSync([Buffer.from('X')], 2)
  expect(file.size()).toBe(13)
  const into = Buffer.alloc(20)
  expect(file.readSync(into, 2)).toBe(11)
  expect(into.toString('latin1', 0, 11)).toBe('Xnetwothree')
  expect(file.readSync(into, 13)).toBe(0)
  file.truncateSync(4)
  expect(file.size()).toBe(4)
  await file.sync()
  await file.close()
  await file.close()
})

test('more buffers than one system call takes', async () => {
  const buffers = Array.from({ length: 5000 }, (_, i) => Buffer.from(`${i},`))
  const file = nodeFiles.open(join(dir, 'many'), { create: true })
  file.writeSync(buffers, 0)
  await file.close()
  expect(fs.readFileSync(join(dir, 'many'), 'latin1')).toBe(Buffer.concat(buffers).toString('latin1'))
})

test('a short write goes on where it stopped', async () => {
  const calls: number[] = []
  jest.resetModules()
  jest.doMock('node:fs', () => ({
    ...fs,
    writevSync(fd: number, buffers: Uint8Array[], position: number) {
      calls.push(buffers.length)
      // Takes five bytes at most, as a full disk or a signal may.
      return fs.writeSync(fd, Buffer.concat(buffers), 0, 5, position)
    },
  }))
  const mocked = require('../../../../src/platform/node/files') as typeof import('../../../../src/platform/node/files')
  const file = mocked.nodeFiles.open(join(dir, 'short'), { create: true })
  file.writeSync([Buffer.from('abc'), Buffer.from('defghi'), Buffer.from('jklm')], 0)
  await file.close()
  jest.dontMock('node:fs')
  expect(calls).toEqual([3, 2])
  expect(fs.readFileSync(join(dir, 'short'), 'latin1')).toBe('abcdefghijklm')
})

test('close waits for a sync on its way', async () => {
  const file = nodeFiles.open(join(dir, 'a'), { create: true })
  file.writeSync([Buffer.from('x')], 0)
  const order: string[] = []
  const synced = file.sync().then(() => order.push('synced'))
  const closed = file.close().then(() => order.push('closed'))
  await Promise.all([synced, closed])
  expect(order).toEqual(['synced', 'closed'])
  expect(() => file.readSync(Buffer.alloc(1), 0)).toThrow('closed')
})

test('what is missing or there already is told by code', async () => {
  expect(codeOf(() => nodeFiles.open(join(dir, 'no'), {}))).toBe('ENOENT')
  expect(codeOf(() => nodeFiles.readFile(join(dir, 'no')))).toBe('ENOENT')
  expect(codeOf(() => nodeFiles.list(join(dir, 'no')))).toBe('ENOENT')
  await nodeFiles.open(join(dir, 'yes'), { exclusive: true }).close()
  expect(codeOf(() => nodeFiles.open(join(dir, 'yes'), { create: true, exclusive: true }))).toBe('EEXIST')
  const readOnly = nodeFiles.open(join(dir, 'yes'), { readOnly: true })
  expect(codeOf(() => readOnly.writeSync([Buffer.from('x')], 0))).toBe('EBADF')
  await readOnly.close()
  expect(nodeFiles.stat(join(dir, 'no'))).toBeNull()
  await nodeFiles.remove(join(dir, 'no'))
  await nodeFiles.removeTree(join(dir, 'no'))
})

test('names: make, list, stat, rename, remove', async () => {
  nodeFiles.makeDir(join(dir, 'x', 'y'))
  nodeFiles.makeDir(join(dir, 'x', 'y'))
  expect(nodeFiles.stat(join(dir, 'x'))).toMatchObject({ isDirectory: true })
  await nodeFiles.replaceFile(join(dir, 'x', 'f'), 'text')
  expect(nodeFiles.stat(join(dir, 'x', 'f'))).toMatchObject({ isDirectory: false, sizeBytes: 4 })
  await nodeFiles.rename(join(dir, 'x', 'f'), join(dir, 'x', 'g'))
  await nodeFiles.syncDir(join(dir, 'x'))
  expect([...nodeFiles.list(join(dir, 'x'))].sort()).toEqual(['g', 'y'])
  await nodeFiles.remove(join(dir, 'x', 'g'))
  await nodeFiles.removeTree(join(dir, 'x'))
  expect(nodeFiles.list(dir)).toEqual([])
})

test('replacements of one file go in order and leave nothing behind', async () => {
  const path = join(dir, 'checkpoint')
  await Promise.all(Array.from({ length: 20 }, (_, i) => nodeFiles.replaceFile(path, `version ${i}`)))
  expect(nodeFiles.readFile(path).toString()).toBe('version 19')
  expect(nodeFiles.list(dir)).toEqual(['checkpoint'])
  await expect(nodeFiles.replaceFile(join(dir, 'no', 'where'), '')).rejects.toMatchObject({ code: 'ENOENT' })
})

test('the file system tells its size', () => {
  const { totalBytes, usableBytes } = nodeFiles.space(dir)
  expect(totalBytes).toBeGreaterThan(usableBytes)
  expect(usableBytes).toBeGreaterThan(0)
})

test('how many files may be open is what the system says of this process', () => {
  const said = fs.existsSync('/proc/self/limits') ? execFileSync('sh', ['-c', 'ulimit -Hn']).toString().trim() : ''
  // Node raises its own limit to the hard one when it starts.
  expect(nodeFiles.openMax).toBe(/^\d+$/.test(said) ? Number(said) : Infinity)
})
