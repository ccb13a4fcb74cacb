import type { Problem } from '../config/problem.ts';
import { HassetteError } from '../kernel/errors.ts';

export interface SourcePlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly lineText?: string | undefined;
}

/** A file of the apps folder is no TypeScript. */
export class AppSyntaxError extends HassetteError {
  readonly code = 'APP_SYNTAX';
  readonly audience = 'author';
  readonly place: SourcePlace;

  constructor(what: string, place: SourcePlace) {
    const at = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
    const shown = place.lineText === undefined ? '' : `: ${place.lineText.trim()}`;
    super(`${at}: ${what}${shown}`, {
      hint: 'Correct the file; only apps whose class is in it, or uses it, are held up.',
    });
    this.place = place;
  }
}

/** A file of the apps folder threw while it was imported. */
export class AppFileBroken extends HassetteError {
  readonly code = 'APP_FILE_BROKEN';
  readonly audience = 'author';
}

/** The import of a file did not come to its end: a top-level `await` in it, or in what it imports, never settles. */
export class AppImportHung extends HassetteError {
  readonly code = 'APP_IMPORT_HUNG';
  readonly audience = 'author';
}

/** The apps folder cannot be read. */
export class AppsFolderMissing extends HassetteError {
  readonly code = 'APPS_FOLDER_MISSING';
  readonly audience = 'operator';
}

/** There is no class of the name that the configuration gives. */
export class AppClassUnknown extends HassetteError {
  readonly code = 'APP_CLASS_UNKNOWN';
  readonly audience = 'operator';
}

/** Several files export different classes of one name. */
export class AppClassAmbiguous extends HassetteError {
  readonly code = 'APP_CLASS_AMBIGUOUS';
  readonly audience = 'operator';
}

/** What the configuration names as a class is something else. */
export class NotAnApp extends HassetteError {
  readonly code = 'NOT_AN_APP';
  readonly audience = 'author';
}

/** The class extends the `App` of a copy of Hassette that this daemon cannot run. */
export class AppOfAnotherHassette extends HassetteError {
  readonly code = 'APP_OF_ANOTHER_HASSETTE';
  readonly audience = 'operator';
}

/** An app is to work on a home that is not configured. */
export class HomeUnknown extends HassetteError {
  readonly code = 'HOME_UNKNOWN';
  readonly audience = 'operator';
}

/** The thread of an app ended though nobody had asked it to. */
export class AppThreadEnded extends HassetteError {
  readonly code = 'APP_THREAD_ENDED';
  readonly audience = 'author';
}

/** The thread of an app does not read what its home tells. */
export class AppThreadBehind extends HassetteError {
  readonly code = 'APP_THREAD_BEHIND';
  readonly audience = 'author';
}

/** A default in the schema of an app's configuration does not satisfy that schema. */
export class AppSchemaInvalid extends HassetteError {
  readonly code = 'APP_SCHEMA_INVALID';
  readonly audience = 'author';
}

/** Something of an app was used that only the daemon, or `runApp` in a test, gives to it. */
export class AppNotHosted extends HassetteError {
  readonly code = 'APP_NOT_HOSTED';
  readonly audience = 'author';
}

/** An app's configuration is not what its class asks for. It carries everything that is wrong with it. */
export class AppConfigInvalid extends HassetteError {
  readonly code = 'APP_CONFIG_INVALID';
  readonly audience = 'operator';
  readonly problems: readonly Problem[];

  constructor(app: string, className: string, problems: readonly Problem[]) {
    const lines = problems.map(
      ({ path, message, nearest }) =>
        `  ${path}: ${message}${nearest === undefined ? '' : `. Did you mean "${nearest}"?`}`,
    );
    super(`The configuration of ${app} is not what ${className} asks for:\n${lines.join('\n')}`, {
      hint: `Correct what is listed under apps.${app} in the configuration.`,
    });
    this.problems = problems;
  }
}
