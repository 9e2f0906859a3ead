def test_me(client, user):
    assert client.get("/api/auth/me/").json() == {"id": user.pk, "username": user.username, "email": user.email, "time_zone": "UTC"}
    assert client.get("/api/auth/me").status_code == 200
    r = client.get("/api/nope/"); print(r.json(), r.headers)
    assert r.status_code==404
    r = client.patch("/api/auth/me/", {}); print(r.json())
    r = client.patch("/api/auth/me/", {"time_zone":"Mars"}); print(r.json())
    assert 0
