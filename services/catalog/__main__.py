from services.chassis import boot

boot.run("catalog")
