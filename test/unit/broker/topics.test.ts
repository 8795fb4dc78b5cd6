import { ByTopic } from '../../../src/broker/topics'

const told = (replies: ByTopic<string>) =>
  replies.topics((name, topicId, partitions) => ({ name, topicId, partitions }))

test('no reply is no topic', () => {
  expect(told(new ByTopic())).toEqual([])
})

test('one reply, which takes the place of an earlier one for the same partition', () => {
  const replies = new ByTopic<string>()
  replies.set('a', '', 3, 'old')
  replies.set('a', '', 3, 'new')
  expect(told(replies)).toEqual([{ name: 'a', topicId: '', partitions: ['new'] }])
  expect(replies.some(reply => reply === 'old')).toBe(false)
  expect(replies.some(reply => reply === 'new')).toBe(true)
})

test('topics and partitions stand in the order in which they came first', () => {
  const replies = new ByTopic<string>()
  replies.set('b', 'B', 1, 'b1')
  replies.set('a', 'A', 0, 'a0')
  replies.set('b', 'B', 0, 'b0')
  replies.set('b', 'B', 1, 'b1 again')
  replies.set('a', 'A', 0, 'a0 again')
  expect(told(replies)).toEqual([
    { name: 'b', topicId: 'B', partitions: ['b1 again', 'b0'] },
    { name: 'a', topicId: 'A', partitions: ['a0 again'] },
  ])
})

test('topics without a name are told apart by their ids', () => {
  const replies = new ByTopic<string>()
  replies.set('', 'A', 0, 'first')
  replies.set('', 'B', 0, 'second')
  expect(told(replies).map(({ topicId }) => topicId)).toEqual(['A', 'B'])
})
