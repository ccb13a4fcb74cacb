import type { Client } from 'pg';
import { StorageFromNewer, StorageUnusable } from '../storage-errors.ts';
import { checkServer } from './postgres-problems.ts';

/** "hass": locks of ours among those of other programs. */
const LOCK_CLASS = 0x68_61_73_73;

/** A name of the user's as SQL takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Held by whoever commits, and by whoever makes the tables: each schema has its own. */
function lockOf(schema: string): string {
  return `pg_advisory_xact_lock(${LOCK_CLASS}, hashtext(${text(schema)}))`;
}

/**
 * Each brings a schema from the version of its place in the list to the next. None is ever changed; others are added.
 *
 * `carry_out` is what commits: one call for any number of them. It takes a lock first, so that commits happen one after
 * the other, whichever daemon they come from. Nothing is lost by that, for PostgreSQL lets only one of those who notify
 * commit at a time anyway; and each of its statements then sees what the commit before has written, as `READ COMMITTED`
 * has it, with no transaction that has to be tried again.
 */
const MIGRATIONS: readonly ((schema: string) => string)[] = [
  (schema) => `
    CREATE TABLE ${quoted(schema)}.entry (
      namespace text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
      json text NOT NULL,
      version bigint NOT NULL,
      expires_at_ms bigint,
      PRIMARY KEY (namespace, key)
    );
    CREATE INDEX entry_expiry ON ${quoted(schema)}.entry (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
    CREATE SEQUENCE ${quoted(schema)}.commits;
    CREATE FUNCTION ${quoted(schema)}.carry_out(commits json, now_ms bigint, channel text)
    RETURNS TABLE (version bigint, deleted bigint, conflict bigint) LANGUAGE plpgsql AS $body$
    #variable_conflict use_column
    DECLARE
      each json;
      written bigint;
    BEGIN
      PERFORM ${lockOf(schema)};
      FOR each IN SELECT one.value FROM json_array_elements(commits) AS one (value) LOOP
        version := 0;
        deleted := 0;
        SELECT checked.place - 1 INTO conflict
          FROM json_array_elements(each->'checks') WITH ORDINALITY AS checked (value, place)
          LEFT JOIN ${quoted(schema)}.entry AS found ON found.namespace = checked.value->>0
            AND found.key = checked.value->>1 AND (found.expires_at_ms IS NULL OR found.expires_at_ms > now_ms)
          WHERE coalesce(found.version, 0) <> (checked.value->>2)::numeric
          ORDER BY checked.place LIMIT 1;
        IF conflict IS NULL THEN
          written := nextval(${text(`${quoted(schema)}.commits`)});
          version := written;
          IF json_array_length(each->'deletes') > 0 THEN
            WITH gone AS (
              DELETE FROM ${quoted(schema)}.entry AS old USING json_array_elements(each->'deletes') AS named (value)
              WHERE old.namespace = named.value->>0 AND old.key = named.value->>1 RETURNING old.expires_at_ms
            )
            SELECT count(*) INTO deleted FROM gone WHERE gone.expires_at_ms IS NULL OR gone.expires_at_ms > now_ms;
          END IF;
          IF json_array_length(each->'sets') > 0 THEN
            INSERT INTO ${quoted(schema)}.entry AS old
              SELECT fresh.value->>0, fresh.value->>1, fresh.value->>2, written, (fresh.value->>3)::bigint
              FROM json_array_elements(each->'sets') AS fresh (value)
            ON CONFLICT ON CONSTRAINT entry_pkey DO UPDATE
              SET json = excluded.json, version = excluded.version, expires_at_ms = excluded.expires_at_ms;
          END IF;
          PERFORM pg_notify(channel, written || ' ' || note.value)
            FROM json_array_elements_text(each->'notes') AS note (value);
        END IF;
        RETURN NEXT;
      END LOOP;
    END $body$;
    CREATE FUNCTION ${quoted(schema)}.sweep(now_ms bigint, most integer) RETURNS bigint LANGUAGE plpgsql AS $body$
    DECLARE
      swept bigint;
    BEGIN
      PERFORM ${lockOf(schema)};
      DELETE FROM ${quoted(schema)}.entry WHERE (namespace, key) IN
        (SELECT namespace, key FROM ${quoted(schema)}.entry WHERE expires_at_ms <= now_ms LIMIT most);
      GET DIAGNOSTICS swept = ROW_COUNT;
      RETURN swept;
    END $body$;`,
];

interface Found {
  readonly server_version: string;
  readonly encoding: string;
  readonly has_schema: boolean;
  readonly is_ours: boolean;
  readonly is_empty: boolean;
}

/** Looks whether a server can be used, and brings the schema to the version of this release, or refuses to touch it. */
export async function prepareSchema(client: Client, schema: string, what: string): Promise<void> {
  const found = await look(client, schema);
  checkServer(Number(found.server_version), found.encoding, what);
  if (found.is_ours && (await versionOf(client, schema, what)) === MIGRATIONS.length) return;
  await client.query('BEGIN');
  try {
    // Of several daemons that start at once the others find it done.
    await client.query(`SELECT ${lockOf(schema)}`);
    await migrate(client, schema, what);
    await client.query('COMMIT');
  } catch (error) {
    // Of what is thrown the first thing counts; the connection is given up after it.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function migrate(client: Client, schema: string, what: string): Promise<void> {
  const found = await look(client, schema);
  if (found.has_schema && !found.is_ours && !found.is_empty) {
    throw new StorageUnusable(`The schema ${schema} of ${what} holds things of another program`, {
      hint: 'Name another: storage.schema in the configuration.',
    });
  }
  if (!found.has_schema) await client.query(`CREATE SCHEMA ${quoted(schema)}`);
  if (!found.is_ours) {
    await client.query(
      `CREATE TABLE ${quoted(schema)}.hassette_migration (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`,
    );
  }
  const version = found.is_ours ? await versionOf(client, schema, what) : 0;
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < version) continue;
    await client.query(migration(schema));
    await client.query(`INSERT INTO ${quoted(schema)}.hassette_migration (version) VALUES ($1)`, [index + 1]);
  }
}

async function look(client: Client, schema: string): Promise<Found> {
  const { rows } = await client.query<Found>(
    `SELECT current_setting('server_version_num') AS server_version, current_setting('server_encoding') AS encoding,
       EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS has_schema,
       EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'hassette_migration') AS is_ours,
       NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)) AS is_empty`,
    [schema],
  );
  const [row] = rows;
  if (row === undefined) throw new TypeError('the server says nothing of itself');
  return row;
}

async function versionOf(client: Client, schema: string, what: string): Promise<number> {
  const { rows } = await client.query<{ version: number | null }>(
    `SELECT max(version) AS version FROM ${quoted(schema)}.hassette_migration`,
  );
  const version = rows[0]?.version ?? 0;
  if (version <= MIGRATIONS.length) return version;
  throw new StorageFromNewer(
    `The schema ${schema} of ${what} has version ${version}, and this release of hassette knows up to ${MIGRATIONS.length}`,
    { hint: 'Run the newer release again, or give this one another schema: storage.schema in the configuration.' },
  );
}
