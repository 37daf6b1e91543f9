// A user that may count and compare, and nothing else. Run once in mongosh (or mongo) as an administrator of the
// source, and put the connection string with this user into the variable that `uri_env` names.
const database = "admin"; // where the application keeps its data
db.getSiblingDB("admin").createRole({
  role: "lifeboatReader",
  privileges: [
    {
      resource: { db: database, collection: "" },
      actions: ["find", "listCollections", "listIndexes", "collStats"],
    },
    { resource: { cluster: true }, actions: ["listDatabases", "getParameter"] },
  ],
  roles: [],
});
db.getSiblingDB("admin").createUser({
  user: "lifeboat",
  pwd: passwordPrompt(),
  roles: [{ role: "lifeboatReader", db: "admin" }],
});
