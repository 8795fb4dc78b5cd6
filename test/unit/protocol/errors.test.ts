import { errorCodeOf, errorNameOf, errors, outcomeNow, outcomeOf, Refusal } from '../../../src/protocol/errors'

describe('the error catalog', () => {
  test('has every code from -1 to 136 once', () => {
    const codes = Object.values(errors).map(entry => entry.code)
    expect(codes).toEqual(Array.from({ length: 138 }, (_, index) => index - 1))
  })

  test('finds names by code', () => {
    expect(errorNameOf(3)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    expect(errorNameOf(-1)).toBe('UNKNOWN_SERVER_ERROR')
    expect(errorNameOf(999)).toBeNull()
  })
})

describe('a refusal', () => {
  test('carries its code, and its detail only when there is one', () => {
    const plain = new Refusal('NOT_CONTROLLER')
    expect([plain.code, plain.detail, plain.message]).toEqual([41, null, errors.NOT_CONTROLLER.says])
    const detailed = new Refusal('INVALID_CONFIG', 'retention.ms must be a number')
    expect([detailed.code, detailed.detail, detailed.message]).toEqual([
      40,
      'retention.ms must be a number',
      'retention.ms must be a number',
    ])
  })

  test('is told from other errors', () => {
    expect(errorCodeOf(new Refusal('INVALID_REQUEST'))).toBe(42)
    expect(errorCodeOf(new TypeError('x'))).toBe(-1)
  })

  test('is confined to its entry', async () => {
    const refuse = (): number => {
      throw new Refusal('FENCED_LEADER_EPOCH')
    }
    expect(await outcomeOf(refuse, -1)).toEqual({
      errorCode: 74,
      errorMessage: errors.FENCED_LEADER_EPOCH.says,
      value: -1,
    })
    expect(outcomeNow(refuse, -1).errorCode).toBe(74)
    expect(await outcomeOf(async () => 7, -1)).toEqual({ errorCode: 0, errorMessage: null, value: 7 })
  })

  test('is the only thing that is confined', async () => {
    const fail = (): number => {
      throw new TypeError('a bug')
    }
    expect(() => outcomeNow(fail, -1)).toThrow(TypeError)
    await expect(outcomeOf(fail, -1)).rejects.toThrow(TypeError)
  })
})
