/**
 * Row-level security in the shapes that the product knows. Released migrations depend on these texts:
 * a new shape is a new function, an old one never changes.
 */
const secured = (table: string): string => `
ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
CREATE POLICY ${table}_system ON ${table} USING (accordo_role() = 'system') WITH CHECK (accordo_role() = 'system');
`;

/** Rows of one party: seen and written by the organization in `column`, and by system jobs. */
export const ownedBy = (table: string, column = 'owner_id'): string => `${secured(table)}
CREATE POLICY ${table}_owner ON ${table}
  USING (${column} = accordo_organization()) WITH CHECK (${column} = accordo_organization());
`;

/** Rows of a deal: seen and written by both parties, and by system jobs. */
export const sharedByBothParties = (table: string): string => `${secured(table)}
CREATE POLICY ${table}_party ON ${table}
  USING (accordo_organization() IN (label_id, platform_id)) WITH CHECK (accordo_organization() IN (label_id, platform_id));
`;

/** Rows of a deal that only system code writes (money, sums, statements); both parties may read them. */
export const readByBothParties = (table: string): string => `${secured(table)}
CREATE POLICY ${table}_party ON ${table} FOR SELECT USING (accordo_organization() IN (label_id, platform_id));
`;

/** Rows of one party of a deal that it may show to the other one: seen and written by the owner, read by both once `shared`. */
export const ownedUntilShared = (table: string): string => `${secured(table)}
CREATE POLICY ${table}_owner ON ${table}
  USING (owner_id = accordo_organization()) WITH CHECK (owner_id = accordo_organization());
CREATE POLICY ${table}_other_party ON ${table} FOR SELECT
  USING (shared AND accordo_organization() IN (label_id, platform_id));
`;

/** Rows that no organization reads: keys, provider events, jobs' own records. */
export const systemOnly = (table: string): string => secured(table);

/** Lets the marketplace's operator read a table. */
export const operatorMayRead = (table: string): string => `
CREATE POLICY ${table}_operator ON ${table} FOR SELECT USING (accordo_role() = 'operator');
`;

/** Facts: the database refuses UPDATE, DELETE and TRUNCATE, whoever asks. The grants follow from this trigger's name. */
export const appendOnly = (table: string): string => `
CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE ON ${table}
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ${table}_append_only_truncate BEFORE TRUNCATE ON ${table}
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;

/**
 * What a label shows to those it chooses: written by the label in `label_id`, read by an organization for which `mayRead` holds.
 * The others' rows do not exist for it.
 */
export const shownByLabel = (table: string, mayRead: string): string => `${secured(table)}
CREATE POLICY ${table}_label ON ${table}
  USING (label_id = accordo_organization()) WITH CHECK (label_id = accordo_organization());
CREATE POLICY ${table}_reader ON ${table} FOR SELECT USING (accordo_role() = 'member' AND ${mayRead});
`;

/** Rows of which only the named columns may ever change, whoever asks; the function comes with the listings. */
export const onlyChanges = (table: string, columns: readonly string[]): string => `
CREATE TRIGGER ${table}_only_changes BEFORE UPDATE ON ${table}
  FOR EACH ROW EXECUTE FUNCTION refuse_other_change(${columns.map((column) => `'${column}'`).join(', ')});
`;

/** Rows of one party that it publishes: seen and written by the organization in `organization_id`, read by every signed-in one while `published` holds. */
export const publishedByOwner = (table: string, published: string): string => `${ownedBy(table, 'organization_id')}
CREATE POLICY ${table}_published ON ${table} FOR SELECT
  USING (accordo_role() IN ('member', 'operator') AND ${published});
`;
