from services.chassis import boot

boot.run("sample", parent="tests.integration.chassis")
