import { type DescriptionAnswers, DESCRIPTION_COMMANDS } from '../../src/home-assistant/domains/home-descriptions.ts';
import { RawClient } from '../contract/raw-client.ts';

/** Asks a home for all that it says of itself. */
export async function askForDescriptions(home: {
  readonly url: string;
  readonly token: string;
}): Promise<DescriptionAnswers> {
  using client = await RawClient.enter(home);
  const answers: Record<string, unknown> = {};
  for (const [index, [name, command]] of Object.entries(DESCRIPTION_COMMANDS).entries()) {
    const { success, result, error } = await client.ask({ id: index + 1, ...command });
    if (success !== true) throw new Error(`The home refused ${command.type}: ${JSON.stringify(error)}`);
    answers[name] = result;
  }
  return answers as unknown as DescriptionAnswers;
}
