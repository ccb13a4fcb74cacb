import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, type TSInterfaceBody, type TSType, Visitor } from 'oxc-parser';
import { DOMAINS } from './domain-files.ts';

/** A service as its type has it. */
export interface TypedService {
  readonly id: string;
  /** As in `EntityService`. */
  readonly kind: string;
  readonly needs: readonly string[];
  readonly may: readonly string[];
}

/** The services of the made file, read from the file itself. */
export function typedServices(): readonly TypedService[] {
  const { program } = parseSync('services.ts', readFileSync(join(DOMAINS, 'services.ts'), 'utf8'));
  const bodies: TSInterfaceBody[] = [];
  new Visitor({
    TSInterfaceDeclaration: (node) => {
      if (node.id.name === 'Services') bodies.push(node.body);
    },
  }).visit(program);
  return bodies.flatMap(({ body }) =>
    body.flatMap((member) => {
      if (member.type !== 'TSPropertySignature' || member.key.type !== 'Literal') return [];
      const type = member.typeAnnotation?.typeAnnotation;
      if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return [];
      const [needs, may] = type.typeArguments?.params ?? [];
      return { id: String(member.key.value), kind: type.typeName.name, needs: keysOf(needs), may: keysOf(may) };
    }),
  );
}

function keysOf(type: TSType | undefined): readonly string[] {
  if (type?.type !== 'TSTypeLiteral') return [];
  return type.members.flatMap((member) => {
    if (member.type !== 'TSPropertySignature') return [];
    if (member.key.type === 'Identifier') return member.key.name;
    return member.key.type === 'Literal' ? String(member.key.value) : [];
  });
}
