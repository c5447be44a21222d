const driver = require('@appthreat/sqlite3');
module.exports = driver.default || driver;
