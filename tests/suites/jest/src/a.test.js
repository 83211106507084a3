describe('math', () => {
  test('adds', () => {
    console.log('printed');
    expect(1 + 1).toBe(2);
  });
  test('fails', () => expect(1).toBe(2));
  test.skip('skipped', () => {});
  test.todo('to do');
  test.each([1, 2])('parameter', (n) => expect(n).toBeGreaterThan(0));
  test('hangs', () => new Promise(() => {}), 500);
});
