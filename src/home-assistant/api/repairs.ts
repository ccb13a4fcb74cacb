import type { HomeRequests } from '../calls/home-requests.ts';
import type { AskOptions } from '../calls/service-call.ts';
import { isRecord, type JsonRecord, optionalInstant, optionalText, recordIn, recordsIn, textIn } from './answer.ts';

/** Something that Home Assistant wants a person to see to. */
export interface RepairIssue {
  readonly domain: string;
  readonly id: string;
  readonly severity: 'critical' | 'error' | 'warning';
  /** By this Home Assistant finds its text. */
  readonly translationKey: string | undefined;
  readonly placeholders: JsonRecord;
  readonly ignored: boolean;
  readonly fixable: boolean;
  readonly createdAt: Temporal.Instant | undefined;
  /** The release with which it no longer works. */
  readonly breaksIn: string | undefined;
  readonly learnMoreUrl: string | undefined;
}

/** What stands under Repairs. */
export class ApiRepairs {
  readonly #requests: HomeRequests;

  constructor(requests: HomeRequests) {
    this.#requests = requests;
  }

  /**
   * All issues, those that are ignored among them.
   *
   * @example
   * ```ts
   * const urgent = (await this.api.repairs.list()).filter(({ severity, ignored }) => severity === 'critical' && !ignored);
   * ```
   */
  async list(options?: AskOptions): Promise<readonly RepairIssue[]> {
    const what = 'api.repairs.list()';
    const answer = recordIn(await this.#requests.command(what, { type: 'repairs/list_issues' }, options), what);
    return recordsIn(answer['issues'], what).map((each) => issueOf(each, what));
  }

  /** Ignores an issue, or takes that back. Only administrators may. */
  async ignore(issue: Pick<RepairIssue, 'domain' | 'id'>, ignore = true, options?: AskOptions): Promise<void> {
    const command = { type: 'repairs/ignore_issue', domain: issue.domain, issue_id: issue.id, ignore };
    await this.#requests.change(`api.repairs.ignore('${issue.id}')`, command, options);
  }
}

function issueOf(issue: JsonRecord, what: string): RepairIssue {
  const { severity, translation_placeholders: placeholders } = issue;
  return Object.freeze({
    domain: textIn(issue, 'domain', what),
    id: textIn(issue, 'issue_id', what),
    severity: severity === 'critical' || severity === 'error' ? severity : 'warning',
    translationKey: optionalText(issue['translation_key']),
    placeholders: isRecord(placeholders) ? placeholders : {},
    ignored: issue['ignored'] === true,
    fixable: issue['is_fixable'] === true,
    createdAt: optionalInstant(issue['created']),
    breaksIn: optionalText(issue['breaks_in_ha_version']),
    learnMoreUrl: optionalText(issue['learn_more_url']),
  });
}
