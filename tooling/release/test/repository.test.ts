import { expect, test } from 'vitest'
import { fieldsOf, pageOf, withRepositoryLinks } from '../src/repository.js'

const page = 'https://example.com/team/cb'

test.each([
  'https://example.com/team/cb.git',
  'https://example.com/team/cb',
  'https://example.com/team/cb/',
  'https://robot:secret-token@example.com/team/cb.git',
  'ssh://git@example.com:2222/team/cb.git',
  'git@example.com:team/cb.git',
  'git://example.com/team/cb.git',
])('the page of the remote %s is found, without credentials', (remote) => {
  expect(pageOf(remote)).toBe(page)
})

test.each(['', '/srv/git/cb.git', '../cb', 'file:///srv/git/cb.git', 'C:\\cb'])(
  'the remote %j, which is no address of a host, stops a release',
  (remote) => {
    expect(() => pageOf(remote)).toThrow('the remote `origin` must be the address of a host')
  },
)

test('a package.json says in which folder of the repository its package lives', () => {
  expect(fieldsOf(page, 'packages/core')).toEqual({
    homepage: 'https://example.com/team/cb/blob/HEAD/packages/core/README.md',
    repository: { type: 'git', url: 'git+https://example.com/team/cb.git', directory: 'packages/core' },
    bugs: { url: 'https://example.com/team/cb/issues' },
  })
})

test.each([
  ['[a](../redis)', '[a](https://example.com/team/cb/blob/HEAD/packages/redis)'],
  ['[a](../redis/README.md#options)', '[a](https://example.com/team/cb/blob/HEAD/packages/redis/README.md#options)'],
  ['[a](test/permit.test.ts)', '[a](https://example.com/team/cb/blob/HEAD/packages/core/test/permit.test.ts)'],
  ['[a](MIGRATING.md#opossum)', '[a](MIGRATING.md#opossum)'],
  ['[a](README.md)', '[a](README.md)'],
  ['![a](screenshots/light.png)', '![a](screenshots/light.png)'],
  ['[a](#options)', '[a](#options)'],
  ['[a](https://example.com/b)', '[a](https://example.com/b)'],
])('the link %s of a packed document becomes %s', (before, after) => {
  expect(withRepositoryLinks(before, 'packages/core', page, ['dist', 'MIGRATING.md', 'screenshots'])).toBe(after)
})
