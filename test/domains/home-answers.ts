import { type DescriptionAnswers, DESCRIPTION_COMMANDS } from '../../src/home-assistant/domains/home-descriptions.ts';
import { RawClient } from '../contract/raw-client.ts';

/** A home, and someone whom it lets in. */
interface Access {
  readonly url: string;
  readonly token: string;
}

/** Asks a home for all that it says of itself. */
export async function askForDescriptions(home: Access): Promise<DescriptionAnswers> {
  const answers: Record<string, unknown> = {};
  try {
    using client = await RawClient.enter(home);
    for (const [index, [name, command]] of Object.entries(DESCRIPTION_COMMANDS).entries()) {
      const { success, result, error } = await client.ask({ id: index + 1, ...command });
      if (success !== true) throw new Error(`it refused ${command.type}: ${JSON.stringify(error)}`);
      answers[name] = result;
    }
  } catch (error) {
    throw new Error(
      `No descriptions of ${home.url}: ${error instanceof Error ? error.message : String(error)}. Is that the address of a Home Assistant, and the token one of its own?`,
      { cause: error },
    );
  }
  return answers as unknown as DescriptionAnswers;
}
