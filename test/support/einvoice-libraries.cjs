'use strict';
// Without their types: those of factur-x-kit alone are 3.6 MB, which every check of types would read.
const { FormatFactoryService, invoiceSchema } = require('@e-invoice-eu/core');
const { FacturX } = require('factur-x-kit');

exports.FormatFactoryService = FormatFactoryService;
exports.invoiceSchema = invoiceSchema;
exports.FacturX = FacturX;
