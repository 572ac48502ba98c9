"""What an operator types."""

from sessions_processes import run


def forget_pins(store):
    with store.app.db.transaction() as tx:
        tx.exec_driver_sql("delete from credentials")


def test_b18_first_manager_prints_a_code_with_which_a_pin_can_be_set(store):
    forget_pins(store)
    staff_code, code = run(store, "first-manager").stdout.split()
    done = store.post("/api/sessions/pin", staff_code=staff_code, code=code, pin="602214")
    assert (staff_code, done.status_code) == ("M1", 204)
    again = run(store, "first-manager")
    assert (again.returncode, again.stdout) == (0, "A manager has a PIN already, and can issue codes for others.\n")


def test_b18_first_manager_says_when_no_staff_is_synced(store):
    with store.app.db.transaction() as tx:
        tx.exec_driver_sql("delete from states where name = 'staff'")
    early = run(store, "first-manager")
    assert early.returncode == 1
    assert early.stderr.startswith("The staff list is not synced yet")


def test_b3_verify_names_what_was_changed_and_fails(store, service_database):
    assert run(store, "verify", "--alone").stdout == "The ledger is unbroken.\n"
    owner = store.as_owner(service_database)
    with owner.transaction() as tx:
        tx.exec_driver_sql("alter table ledger disable trigger all")
        tx.exec_driver_sql("update ledger set facts = '{}'")
    owner.dispose()
    broken = run(store, "verify", "--alone")
    assert (broken.returncode, broken.stderr) == (1, "entry 1 was changed\n")


def test_b3_verify_says_when_head_office_could_not_be_asked(store):
    alone = run(store, "verify")
    assert (alone.returncode, alone.stdout) == (3, "The ledger is unbroken.\n")
    assert alone.stderr.startswith("It was not compared with head office: no_head_office.")
