const {expect, test} = require('@playwright/test');

test.describe('group', () => {
  test('passes', async () => {
    console.log('printed');
    expect(1).toBe(1);
  });
  test('fails', async () => expect(1).toBe(2));
  test.skip('skipped', async () => {});
  test.fail('fails as expected', async () => {
    throw new Error('x');
  });
});
test('hangs', async () => {
  test.setTimeout(500);
  await new Promise(() => {});
});
test('crashes', async () => {
  process.exit(3);
});
