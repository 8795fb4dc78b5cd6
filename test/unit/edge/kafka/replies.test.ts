import { Replies } from '../../../../src/edge/kafka/replies'

const reply = (text: string) => ({ buffers: [Buffer.from(text)], sizeBytes: text.length })

function replies() {
  const writes: string[] = []
  return { writes, line: new Replies(buffers => writes.push(Buffer.concat(buffers).toString())) }
}

test('replies leave in the order of their requests', async () => {
  const { writes, line } = replies()
  const [first, second, third] = [line.place(), line.place(), line.place()]
  third.fill(reply('c'))
  second.fill(reply('b'))
  await Promise.resolve()
  expect(writes).toEqual([])
  first.fill(reply('a'))
  await Promise.resolve()
  expect(writes).toEqual(['abc'])
  expect(line.waiting).toBe(0)
})

test('what is ready within one piece of work leaves in one write, at its end', () => {
  const { writes, line } = replies()
  line.together(() => {
    line.place().fill(reply('a'))
    line.place().fill(reply('b'))
    expect(writes).toEqual([])
  })
  expect(writes).toEqual(['ab'])
})

test('a request without a reply takes its place and sends nothing', () => {
  const { writes, line } = replies()
  line.together(() => {
    line.place().fill(null)
    line.place().fill(reply('b'))
  })
  expect(writes).toEqual(['b'])
})

test('whoever waits for buffers to be free hears of it when they are sent, and when they never will be', () => {
  const told: string[] = []
  let sent: () => void = () => {}
  const line = new Replies((_buffers, gone) => (sent = gone ?? sent))
  const [first, second, third] = [line.place(), line.place(), line.place()]
  line.together(() => first.fill(reply('a'), () => told.push('a')))
  expect(told).toEqual([])
  sent()
  expect(told).toEqual(['a'])
  third.fill(reply('c'), () => told.push('c'))
  line.end()
  expect(told).toEqual(['a', 'c'])
  second.fill(reply('b'), () => told.push('b'))
  expect(told).toEqual(['a', 'c', 'b'])
})
