const assert = require('assert');
const {describe, it, test} = require('node:test');

test('passes', () => {
  console.log('ok 7 - printed by a test');
  assert.equal(1 + 1, 2);
});
test('fails', () => assert.equal(1, 2));
test('skipped', {skip: 'no reason # hash'}, () => {});
test('later', {todo: 'write it'}, () => {
  throw new Error('x');
});
describe('group', () => {
  it('inner passes', () => {});
  it('inner fails', () => {
    throw new Error('boom\nline 2');
  });
});
test('parent', async (t) => {
  await t.test('child', () => {});
  throw new Error('its own');
});
test('hangs', {timeout: 500}, () => new Promise((done) => setTimeout(done, 3000)));
