import { Ulids } from './chance.ts';
import type { CommandDefinition } from './command-table.ts';
import type { HomeConfig } from '../home-assistant/protocol/wire.ts';
import type { HomeCore } from './home-core.ts';
import { misfit, optional, required, text } from './schema.ts';

/** What they have of the home beside its core. */
export interface SystemHome extends HomeCore {
  config(): HomeConfig;
}

const ASSISTANT = 'conversation.home_assistant';

/** The one assistant there is, under its present name or the one that it had. */
function agentId(value: unknown): string {
  const id = text(value);
  if (id !== ASSISTANT && id !== 'homeassistant') throw misfit('invalid agent ID');
  return id;
}

/** What Home Assistant is asked about itself: its users, health, backups and repairs, and its assistant. */
export function systemCommands(home: SystemHome): Record<string, CommandDefinition> {
  const ulids = new Ulids(home.chance);
  return {
    'config/auth/list': {
      admin: true,
      run: ({ id }, connection) =>
        connection.result(
          id,
          [home.users.owner, home.users.user].map(({ id: userId, name, isOwner, isAdmin }) => ({
            id: userId,
            username: isOwner ? 'owner' : 'user',
            name,
            is_owner: isOwner,
            is_active: true,
            local_only: false,
            system_generated: false,
            group_ids: [isAdmin ? 'system-admin' : 'system-users'],
            credentials: [{ type: 'homeassistant' }],
          })),
        ),
    },
    'backup/info': {
      admin: true,
      run: ({ id }, connection) =>
        connection.result(id, {
          agent_errors: {},
          agent_error_translations: {},
          backups: [],
          last_attempted_automatic_backup: null,
          last_completed_automatic_backup: null,
          last_action_event: null,
          next_automatic_backup: null,
          next_automatic_backup_additional: false,
          state: 'idle',
        }),
    },
    'system_health/info': {
      run: ({ id }, connection) => {
        const { version, time_zone: timezone } = home.config();
        const info = { version: `core-${version}`, installation_type: 'Simulated', timezone };
        connection.subscribe(id, () => undefined);
        connection.result(id);
        connection.event(id, { type: 'initial', data: { homeassistant: { info } } });
        connection.event(id, { type: 'finish' });
      },
    },
    'conversation/agent/list': {
      fields: { language: optional(text), country: optional(text) },
      run: ({ id }, connection) => {
        const agent = { id: ASSISTANT, name: 'Home Assistant', supported_languages: ['en'] };
        connection.result(id, { agents: [agent] });
      },
    },
    // Its assistant understands nothing, which it says as a real one does.
    'conversation/process': {
      fields: {
        text: required(text),
        language: optional(text),
        conversation_id: optional(text),
        agent_id: optional(agentId),
      },
      run: ({ id, language = home.config().language, conversation_id: given }, connection) =>
        connection.result(id, {
          response: {
            speech: { plain: { speech: "Sorry, I couldn't understand that", extra_data: null } },
            card: {},
            language,
            response_type: 'error',
            data: { code: 'no_intent_match' },
          },
          conversation_id: given ?? ulids.next(home.clock.nowMs()),
          continue_conversation: false,
        }),
    },
    'tag/list': { run: ({ id }, connection) => connection.result(id, []) },
    'zone/list': { run: ({ id }, connection) => connection.result(id, []) },
  };
}
