from services.chassis import boot

boot.run("orders")
