import fc from 'fast-check';

/**
 * Each run of the properties tries other values, so that in time they see much; the values of a failure are printed with
 * their seed. In CI they are the same each time: there a change is judged, and not the luck of the day. FC_SEED chooses.
 */
const given = process.env['FC_SEED'] ?? (process.env['CI'] === undefined ? undefined : '20261121');
if (given !== undefined) fc.configureGlobal({ seed: Number(given) });
