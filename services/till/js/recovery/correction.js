// What was typed, as the store takes it: only what differs from the order as printed.

const given = (text) => text?.trim() || undefined;
const some = (list) => (list.length ? list : undefined);
const whole = (values) => {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return known.length ? Object.fromEntries(known) : undefined;
};

/** The parts of a correction that were filled in; an empty object where none was. */
export function read(values, paper) {
  const lines = paper.lines.map(({ line_no: n }) => ({ line_no: n, oms_sku: given(values[`sku-${n}`]) }));
  const payments = paper.payments.map(({ n }) => ({ n, ...whole({ payment_mode: given(values[`mode-${n}`]), reference: given(values[`reference-${n}`]) }) }));
  const note = given(values.note);
  return (
    whole({
      lines: some(lines.filter(({ oms_sku: sku }) => sku)),
      sales_employee_code: given(values.employee),
      payments: some(payments.filter((payment) => payment.payment_mode || payment.reference)),
      contact: whole({ phone: given(values.phone), email: given(values.email) }),
      note: note === (paper.note || undefined) ? undefined : note,
    }) ?? {}
  );
}
