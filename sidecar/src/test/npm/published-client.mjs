// Run by PublishedClientTest: node published-client.mjs BASE_URL. Uses the published client as its users do, and prints one JSON
// value a line: the name of what was asked, and what came of it.
import Letta from '@letta-ai/letta-client';

const client = new Letta({ baseURL: process.argv[2], apiKey: 'any', maxRetries: 0 });
const MOST = 100; // a list that never ends is a failure, not a test that never ends

async function iterated(list) {
  const ids = [];
  for await (const one of list) {
    ids.push(one.id);
    if (ids.length > MOST) {
      throw new Error('the list does not end');
    }
  }
  return ids;
}

async function answered(name, ask) {
  let answer;
  try {
    answer = await ask();
  } catch (e) {
    answer = { status: e.status ?? null, type: e.constructor.name, message: e.message };
  }
  console.log(JSON.stringify([name, answer]));
  return answer;
}

await answered('health', async () => (await client.health()).status);
for (const order of ['asc', 'desc']) {
  await answered('blocks ' + order, () => iterated(client.blocks.list({ limit: 2, order })));
  await answered('agent ' + order, () => iterated(client.agents.blocks.list('one', { limit: 2, order })));
  await answered('agents of a block ' + order, () => iterated(client.blocks.agents.list('b-1', { limit: 1, order })));
}
await answered('agent', () => iterated(client.agents.blocks.list('one', { limit: 2 })));
await answered('backwards', () => iterated(client.blocks.list({ limit: 2, order: 'asc', before: 'b-5' })));

const filters = {
  label: { label: 'label-1' },
  label_search: { label_search: 'abel-1' },
  name: { name: 't' },
  project_id: { project_id: 'p' },
  templates_only: { templates_only: true },
  tags: { tags: ['x', 'z'] },
  match_all_tags: { tags: ['x', 'y'], match_all_tags: true },
  'tags of none': { tags: ['none'] },
  value_search: { value_search: 'even' },
  description_search: { description_search: 'as 4' },
  connected_to_agents_count_eq: { connected_to_agents_count_eq: [1, 2] },
  connected_to_agents_count_gt: { connected_to_agents_count_gt: 1 },
  connected_to_agents_count_lt: { connected_to_agents_count_lt: 1 },
  order_by: { order_by: 'created_at' },
  identity_id: { identity_id: 'identity-1' },
  identifier_keys: { identifier_keys: ['a'] },
};
for (const [name, filter] of Object.entries(filters)) {
  await answered(name, () => iterated(client.blocks.list({ limit: 2, order: 'asc', ...filter })));
}

const before = await answered('retrieved', () => client.agents.blocks.retrieve('system/persona', { agent_id: 'git' }));
await answered('sent back whole', () => client.agents.blocks.update('system/persona', { agent_id: 'git', ...before, value: 'I changed' }));
const whole = await answered('by its id', () => client.blocks.retrieve('block-git'));
await answered('sent back whole by its id', () => client.blocks.update(whole.id, { ...whole, description: 'Changed, too' }));
await answered('sent back with another id', () => client.blocks.update(whole.id, { ...whole, id: 'another' }));
await answered('made', async () => {
  const made = await client.blocks.create({ label: 'notes', value: 'made by the client' });
  await client.agents.blocks.attach(made.id, { agent_id: 'git' });
  const labels = [];
  for await (const one of client.agents.blocks.list('git', { limit: 2 })) {
    labels.push(one.label);
  }
  await client.agents.blocks.detach(made.id, { agent_id: 'git' });
  await client.blocks.delete(made.id);
  return labels;
});
await answered('a mistake', () => client.blocks.update(whole.id, { valu: 'x' }));
await answered('nothing there', () => client.blocks.retrieve('none'));
