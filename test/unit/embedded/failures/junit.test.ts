import { junitXml } from '../../../../src/embedded/failures/junit'

const plain = { suite: 'produce', name: 'a', durationMs: 1_234, failed: null, skipped: null }

test('suites with their cases, what failed and what was skipped', () => {
  const cases = [
    plain,
    { ...plain, name: 'b', failed: 'it "ended"\n<1> & more', skipped: null },
    { ...plain, suite: 'fetch', name: 'c', durationMs: 0, skipped: 'unmet' },
  ]
  expect(junitXml('all of it', cases).split('\n')).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="all of it" tests="3" failures="1" errors="0" skipped="1" time="2.468">',
    '  <testsuite name="produce" tests="2" failures="1" errors="0" skipped="0" time="2.468">',
    '    <testcase classname="all of it.produce" name="a" time="1.234"/>',
    '    <testcase classname="all of it.produce" name="b" time="1.234"><failure message="it &quot;ended&quot;">it &quot;ended&quot;',
    '&lt;1&gt; &amp; more</failure></testcase>',
    '  </testsuite>',
    '  <testsuite name="fetch" tests="1" failures="0" errors="0" skipped="1" time="0.000">',
    '    <testcase classname="all of it.fetch" name="c" time="0.000"><skipped message="unmet"/></testcase>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ])
})

test('what XML has no place for is left out', () => {
  const said = '\u001b[31mred\u001b[39m \u0000\uffff\ud800 \u00e9\u{1f600}\tend'
  expect(junitXml('t', [{ ...plain, failed: said }])).toContain('>[31mred[39m  \u00e9\u{1f600}\tend</failure>')
})
